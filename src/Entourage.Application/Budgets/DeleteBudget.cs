using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Errors;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Budgets;

/// <summary>Deletes a budget, or removes a cap from the settings.</summary>
/// <param name="Id">The budget.</param>
public sealed record DeleteBudgetCommand(string Id) : ILedgerCommand<Unit>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => BudgetId.RequiredPermission(Id);
}

internal sealed class DeleteBudgetHandler(IEntourageDb db, IMediator mediator, AuditTrail audit) : IRequestHandler<DeleteBudgetCommand, Unit>
{
    public async Task<Unit> Handle(DeleteBudgetCommand request, CancellationToken cancellationToken)
    {
        if (BudgetId.Parse(request.Id) is { Setting: null } id)
        {
            return await db.InTransactionAsync(inTransaction => DeleteAsync(id.RuleId, inTransaction), cancellationToken);
        }

        var budget = await new BudgetDefinitions(db).GetAsync(request.Id, cancellationToken);
        await mediator.SetLimitAsync(budget.Response.Id, limit: null, cancellationToken);
        return Unit.Value;
    }

    private async Task<Unit> DeleteAsync(long ruleId, CancellationToken cancellationToken)
    {
        var rule = await db.LockBudgetAsync(ruleId, cancellationToken);
        await new RuleCounters(db).DeleteAsync(rule.Id, cancellationToken);
        db.BudgetRules.Remove(rule);
        audit.Add(AuditAction.BudgetDeleted, AuditedBudget.SubjectOf(rule), AuditedBudget.Of(rule), after: null);
        await db.SaveChangesAsync(cancellationToken);
        await db.RaiseVersionAsync(rule.OrganisationId, cancellationToken);
        return Unit.Value;
    }
}

/// <summary>Locks budgets for a change.</summary>
internal static class BudgetLock
{
    /// <summary>Locks the organisation of a budget, so that no usage is counted until the transaction ends, and returns the budget.</summary>
    /// <exception cref="NotFoundException">It does not exist.</exception>
    public static async Task<BudgetRule> LockBudgetAsync(this IEntourageDb db, long ruleId, CancellationToken cancellationToken)
    {
        var organisationId = await db.BudgetRules.Where(rule => rule.Id == ruleId).Select(rule => (Guid?)rule.OrganisationId).SingleOrDefaultAsync(cancellationToken)
            ?? throw new NotFoundException("budget", ruleId);
        await db.LockOrganisationAsync(organisationId, cancellationToken);
        return await db.BudgetRules.GetAsync(ruleId, "budget", cancellationToken);
    }
}
