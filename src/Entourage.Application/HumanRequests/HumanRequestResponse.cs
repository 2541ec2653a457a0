using System.Linq.Expressions;
using Entourage.Application.Abstractions;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.HumanRequests;

namespace Entourage.Application.HumanRequests;

/// <summary>Something that an agent asked a person for, and what became of it.</summary>
public sealed record HumanRequestResponse
{
    /// <summary>A version-7 UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>The team of the agent.</summary>
    public required Guid TeamId { get; init; }

    /// <summary>The agent that asks.</summary>
    public required Guid AgentId { get; init; }

    /// <summary>What the agent is called.</summary>
    public required string AgentName { get; init; }

    /// <summary>The session it asks for, if any.</summary>
    public required long? SessionId { get; init; }

    /// <summary>The task of that session, if any.</summary>
    public required long? TaskId { get; init; }

    /// <summary>What it wants.</summary>
    public required HumanRequestKind Kind { get; init; }

    /// <summary>What it says.</summary>
    public required string Question { get; init; }

    /// <summary>How much more it wants (USD); null where it does not say, and for a question.</summary>
    public required Money? RequestedUsd { get; init; }

    /// <summary>How it stands.</summary>
    public required HumanRequestStatus Status { get; init; }

    /// <summary>When it asked (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was answered (UTC); null before.</summary>
    public required DateTimeOffset? RespondedAt { get; init; }

    /// <summary>What a person said to it, if anything.</summary>
    public required string? Response { get; init; }

    /// <summary>How much was granted (USD); null where nothing was.</summary>
    public required Money? GrantedUsd { get; init; }

    /// <summary>Whose cap was raised, the task's or the team's daily one; null where none was.</summary>
    public required BudgetScope? GrantedScope { get; init; }

    /// <summary>When the raise ends or ended (UTC); null for a task's, which ends with the task.</summary>
    public required DateTimeOffset? GrantEndsAt { get; init; }

    /// <summary>The answer for a request.</summary>
    internal static HumanRequestResponse From(HumanRequest asked, string agentName) => new()
    {
        Id = asked.Id,
        TeamId = asked.TeamId,
        AgentId = asked.AgentId,
        AgentName = agentName,
        SessionId = asked.SessionId,
        TaskId = asked.TaskId,
        Kind = asked.Kind,
        Question = asked.Question,
        RequestedUsd = asked.Requested,
        Status = asked.Status,
        CreatedAt = asked.CreatedAt,
        RespondedAt = asked.RespondedAt,
        Response = asked.Response,
        GrantedUsd = asked.Granted,
        GrantedScope = asked.GrantScope,
        GrantEndsAt = asked.GrantEndsAt,
    };
}

/// <summary>A request with the name of its agent.</summary>
internal sealed record HumanRequestRow(HumanRequest Request, string AgentName)
{
    public static Expression<Func<HumanRequest, HumanRequestRow>> Projection(IEntourageDb db) => asked => new HumanRequestRow(
        asked, db.Agents.Where(agent => agent.Id == asked.AgentId).Select(agent => agent.Name).Single());

    public HumanRequestResponse ToResponse() => HumanRequestResponse.From(Request, AgentName);
}
