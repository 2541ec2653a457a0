using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Alerts;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Stops;
using Entourage.Domain;
using Entourage.Domain.Agents;
using Entourage.Domain.HumanRequests;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.HumanRequests;

/// <summary>Creates a question or a request for money, and an alert for the people of the team.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="SessionId">The session of the agent that the request is about, if any.</param>
/// <param name="Kind">The kind of request.</param>
/// <param name="Question">The text of the request.</param>
/// <param name="RequestedUsd">The additional amount that the agent asks for (USD); null without an amount.</param>
/// <param name="IdempotencyKey">The idempotency key, if any.</param>
public sealed record CreateHumanRequestCommand(
    Guid? AgentId, long? SessionId, HumanRequestKind? Kind, string? Question, Money? RequestedUsd, string? IdempotencyKey)
    : ICommand<HumanRequestResponse>, IIdempotentCommand
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(AgentId is { } id ? Resource.Agent(id) : null);

    /// <inheritdoc/>
    public string IdempotencyScope => $"agents/{AgentId}/human-requests";
}

internal sealed class CreateHumanRequestValidator : AbstractValidator<CreateHumanRequestCommand>
{
    public CreateHumanRequestValidator()
    {
        RuleFor(command => command.AgentId).NotEmpty();
        RuleFor(command => command.Kind).NotNull();
        RuleFor(command => command.Question).NotEmpty().OptionalText(HumanRequest.QuestionLength);
        RuleFor(command => command.RequestedUsd).PositiveUsd();
        RuleFor(command => command.RequestedUsd).Null().When(command => command.Kind == HumanRequestKind.Question)
            .WithMessage("'{PropertyName}' must be absent for a question. Only a request for money can state an amount.");
    }
}

internal sealed class CreateHumanRequestHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<CreateHumanRequestCommand, HumanRequestResponse>
{
    public async Task<HumanRequestResponse> Handle(CreateHumanRequestCommand request, CancellationToken cancellationToken)
    {
        // Required, because an event is added.
        await db.LockOrganisationOfAgentAsync(request.AgentId!.Value, cancellationToken);
        var agent = await db.Agents.GetAsync(request.AgentId.Value, "agent", cancellationToken);
        await db.EnsureNotArchivedAsync(PauseScope.Agent, agent.Id, cancellationToken);
        var asked = HumanRequest.Ask(
            agent,
            await FindSessionAsync(agent, request.SessionId, cancellationToken),
            request.Kind!.Value,
            request.Question!,
            request.RequestedUsd,
            time.GetUtcNow());
        db.HumanRequests.Add(asked);
        await db.RaiseAsync(
            asked.ToFinding(agent.Name), new(asked.TeamId, asked.AgentId, asked.SessionId, asked.TaskId), asked.CreatedAt, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        return HumanRequestResponse.From(asked, agent.Name);
    }

    private async Task<Session?> FindSessionAsync(Agent agent, long? id, CancellationToken cancellationToken) =>
        id is null
            ? null
            : await db.Sessions.AsNoTracking()
                .Where(session => session.Id == id && session.AgentId == agent.Id)
                .GetAsync(id, "session", cancellationToken);
}
