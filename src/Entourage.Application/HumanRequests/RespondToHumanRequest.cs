using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Tasks;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Audit;
using Entourage.Domain.HumanRequests;
using Entourage.Domain.Tasks;
using Entourage.Domain.Teams;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.HumanRequests;

/// <summary>A person's decision on a human request.</summary>
public enum HumanDecision
{
    /// <summary>Approved. For a question, answered.</summary>
    Approved,

    /// <summary>Denied.</summary>
    Denied,
}

/// <summary>
/// Responds to a human request, once. Granted money raises the cap of the session's task, or without a task the team's daily cap for the current
/// local day only. The new cap applies from the next call on (rule 10).
/// </summary>
/// <param name="Id">The request.</param>
/// <param name="Decision">The decision.</param>
/// <param name="Response">The text of the response.</param>
/// <param name="GrantedUsd">The additional amount (USD); null grants the requested amount.</param>
/// <param name="IdempotencyKey">The idempotency key, if any.</param>
public sealed record RespondToHumanRequestCommand(Guid Id, HumanDecision? Decision, string? Response, Money? GrantedUsd, string? IdempotencyKey)
    : ICommand<HumanRequestResponse>, IIdempotentCommand
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.HumanRequest(Id));

    /// <inheritdoc/>
    public string IdempotencyScope => $"human-requests/{Id}/respond";
}

internal sealed class RespondToHumanRequestValidator : AbstractValidator<RespondToHumanRequestCommand>
{
    public RespondToHumanRequestValidator()
    {
        RuleFor(command => command.Decision).NotNull();
        RuleFor(command => command.Response).OptionalText(HumanRequest.ResponseLength);
        RuleFor(command => command.GrantedUsd).PositiveUsd();
        RuleFor(command => command.GrantedUsd).Null().When(command => command.Decision == HumanDecision.Denied)
            .WithMessage("'{PropertyName}' must be absent when the decision is 'denied', because a denial grants no money.");
    }
}

internal sealed class RespondToHumanRequestHandler(IEntourageDb db, AuditTrail audit, CallerContext caller, TimeProvider time)
    : IRequestHandler<RespondToHumanRequestCommand, HumanRequestResponse>
{
    public async Task<HumanRequestResponse> Handle(RespondToHumanRequestCommand request, CancellationToken cancellationToken)
    {
        var organisationId = await db.LockOrganisationOfAsync(
            db.HumanRequests.Where(asked => asked.Id == request.Id).Select(asked => asked.TeamId), request.Id, "human request", cancellationToken);
        var asked = await db.HumanRequests.Where(asked => asked.Id == request.Id).GetAsync(request.Id, "human request", cancellationToken);
        var agent = await db.Agents.GetAsync(asked.AgentId, "agent", cancellationToken);
        var before = HumanRequestResponse.From(asked, agent.Name);
        if (request.Decision == HumanDecision.Denied)
        {
            asked.Deny(request.Response, time.GetUtcNow());
        }
        else
        {
            var team = await db.Teams.GetAsync(asked.TeamId, "team", cancellationToken);
            var task = asked.TaskId is { } taskId ? await db.Tasks.GetAsync(taskId, "task", cancellationToken) : null;
            var capBefore = task?.OwnLimit;
            Approve(asked, request, team, task);
            if (task is not null)
            {
                await AuditedCap.AddAsync(audit, db, task, capBefore, cancellationToken);
            }
        }

        var response = HumanRequestResponse.From(asked, agent.Name);
        audit.Add(
            AuditAction.HumanRequestAnswered, AuditSubject.Of(AuditSubjectKind.HumanRequest, asked.Id, organisationId, asked.TeamId), before, response);
        await AcknowledgeAsync(asked, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        return response;
    }

    /// <summary>Approves a request. A refused amount is reported under the command's name of it.</summary>
    private void Approve(HumanRequest asked, RespondToHumanRequestCommand request, Team team, WorkTask? task)
    {
        try
        {
            asked.Approve(request.Response, request.GrantedUsd, team, task, time.GetUtcNow());
        }
        catch (RuleViolationException refusal) when (refusal.Field == nameof(HumanRequest.Granted))
        {
            throw refusal.ForField(nameof(request.GrantedUsd));
        }
    }

    /// <summary>Acknowledges the alert of the request, because the person who responds has seen it.</summary>
    private async Task AcknowledgeAsync(HumanRequest asked, CancellationToken cancellationToken)
    {
        var cause = asked.ToFinding("").Cause;
        var alert = await db.Alerts.SingleOrDefaultAsync(
            alert => alert.TeamId == asked.TeamId && alert.Kind == AlertKind.HumanRequest && alert.Cause == cause, cancellationToken);
        alert?.Acknowledge(caller.Current.Name, asked.RespondedAt!.Value);
    }
}
