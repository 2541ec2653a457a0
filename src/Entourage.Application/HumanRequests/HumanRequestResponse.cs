using System.Linq.Expressions;
using Entourage.Application.Abstractions;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.HumanRequests;

namespace Entourage.Application.HumanRequests;

/// <summary>A human request and its response.</summary>
public sealed record HumanRequestResponse
{
    /// <summary>A version-7 UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>The team.</summary>
    public required Guid TeamId { get; init; }

    /// <summary>The agent that asked.</summary>
    public required Guid AgentId { get; init; }

    /// <summary>The name of the agent.</summary>
    public required string AgentName { get; init; }

    /// <summary>The session that the request is about, if any.</summary>
    public required long? SessionId { get; init; }

    /// <summary>The task of that session, if any.</summary>
    public required long? TaskId { get; init; }

    /// <summary>The kind of request.</summary>
    public required HumanRequestKind Kind { get; init; }

    /// <summary>The text of the request.</summary>
    public required string Question { get; init; }

    /// <summary>The additional amount that was asked for (USD); null for a question or without an amount.</summary>
    public required Money? RequestedUsd { get; init; }

    /// <summary>The status of the request.</summary>
    public required HumanRequestStatus Status { get; init; }

    /// <summary>When the request was created (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was responded to (UTC); null before that.</summary>
    public required DateTimeOffset? RespondedAt { get; init; }

    /// <summary>The text of the response, if any.</summary>
    public required string? Response { get; init; }

    /// <summary>The amount granted (USD); null if none was.</summary>
    public required Money? GrantedUsd { get; init; }

    /// <summary>The scope of the raised cap, the task or the team's day; null if no cap was raised.</summary>
    public required BudgetScope? GrantedScope { get; init; }

    /// <summary>When the grant ends or ended (UTC); null for a task, where it lasts as long as the task.</summary>
    public required DateTimeOffset? GrantEndsAt { get; init; }

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

/// <summary>A human request with the name of its agent.</summary>
internal sealed record HumanRequestRow(HumanRequest Request, string AgentName)
{
    public static Expression<Func<HumanRequest, HumanRequestRow>> Projection(IEntourageDb db) => asked => new HumanRequestRow(
        asked, db.Agents.Where(agent => agent.Id == asked.AgentId).Select(agent => agent.Name).Single());

    public HumanRequestResponse ToResponse() => HumanRequestResponse.From(Request, AgentName);
}
