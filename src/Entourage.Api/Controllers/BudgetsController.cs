using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Api.Errors;
using Entourage.Application.Budgets;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>Budgets: limits in dollars or tokens, and the caps in the settings.</summary>
[ApiController]
[Route("api/v1/budgets")]
[Tags("Budgets")]
public sealed class BudgetsController(IMediator mediator) : ControllerBase
{
    /// <summary>
    /// Creates a budget. What was spent before in its current window counts. A lead can create budgets of its team, an admin also those of an
    /// organisation.
    /// </summary>
    [HttpPost(Name = "createBudget")]
    [Authorize(Policies.Lead)]
    [ProducesResponseType<BudgetDetailsResponse>(StatusCodes.Status201Created)]
    [Conflicts(ProblemTypes.Archived, ProblemTypes.TooManyBudgets)]
    public async Task<IActionResult> Create(
        CreateBudgetRequest body, [FromHeader(Name = IdempotencyHeaders.Key)] string? idempotencyKey, CancellationToken cancellationToken)
    {
        var budget = await mediator.Send(body.ToCommand(idempotencyKey), cancellationToken);
        return CreatedAtAction(nameof(Get), new { id = budget.Id }, budget);
    }

    /// <summary>
    /// Lists budgets: the caps in the settings, from the widest scope to the narrowest, and then the budgets of their own, the oldest first. A lead sees those
    /// of its team.
    /// </summary>
    [HttpGet(Name = "listBudgets")]
    [Authorize(Policies.Lead)]
    public async Task<IReadOnlyList<BudgetDetailsResponse>> List(
        [FromQuery] BudgetParameters budgets, [FromQuery] ListParameters list, CancellationToken cancellationToken) =>
        this.Answer(await mediator.Send(budgets.For(list), cancellationToken));

    /// <summary>Returns a budget with its current figures.</summary>
    [HttpGet("{id}", Name = "getBudget")]
    [Authorize(Policies.Lead)]
    public Task<BudgetDetailsResponse> Get(string id, CancellationToken cancellationToken) => mediator.Send(new GetBudgetQuery(id), cancellationToken);

    /// <summary>Changes a budget from the next call on. An absent member is unchanged. For a cap in the settings, the setting changes.</summary>
    [HttpPatch("{id}", Name = "changeBudget")]
    [Authorize(Policies.Lead)]
    public Task<BudgetDetailsResponse> Change(string id, ChangeBudgetRequest body, CancellationToken cancellationToken) =>
        mediator.Send(body.ToCommand(id), cancellationToken);

    /// <summary>Deletes a budget. For a cap in the settings, removes the limit.</summary>
    [HttpDelete("{id}", Name = "deleteBudget")]
    [Authorize(Policies.Lead)]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    public async Task<IActionResult> Delete(string id, CancellationToken cancellationToken)
    {
        await mediator.Send(new DeleteBudgetCommand(id), cancellationToken);
        return NoContent();
    }
}
