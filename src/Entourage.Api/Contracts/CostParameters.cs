using Entourage.Application.Costs;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Contracts;

/// <summary>What a report of costs is to cover.</summary>
public sealed record CostParameters
{
    /// <summary>Where it begins: a local date (2026-11-23) or an instant (2026-11-23T10:15:00Z), widened to a whole quarter of an hour.</summary>
    [FromQuery(Name = "from")]
    public string? From { get; init; }

    /// <summary>Where it ends: a local date, that day included, or an instant.</summary>
    [FromQuery(Name = "to")]
    public string? To { get; init; }

    /// <summary>Instead of the two: today, 7d, 30d, month or all (the default).</summary>
    [FromQuery(Name = "period")]
    public string? Period { get; init; }

    /// <summary>Only this agent's.</summary>
    [FromQuery(Name = "agent_id")]
    public Guid? AgentId { get; init; }

    /// <summary>Only this task's.</summary>
    [FromQuery(Name = "task_id")]
    public long? TaskId { get; init; }

    /// <summary>Only this model's.</summary>
    [FromQuery(Name = "model")]
    public string? Model { get; init; }

    /// <summary>The same for the use case.</summary>
    internal CostFilter Filter => new(From, To, Listing.Member<CostPeriod>("period", Period), AgentId, TaskId, Model);
}
