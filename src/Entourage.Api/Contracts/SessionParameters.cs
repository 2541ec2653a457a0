using Entourage.Api.Documentation;
using Entourage.Application.Labels;
using Entourage.Application.Sessions;
using Entourage.Domain.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Contracts;

/// <summary>The query parameters of a list of sessions of several agents.</summary>
public sealed record SessionParameters
{
    /// <summary>Only sessions of this agent.</summary>
    [FromQuery(Name = "agent_id")]
    public Guid? AgentId { get; init; }

    /// <summary>Only sessions on this task.</summary>
    [FromQuery(Name = "task_id")]
    public long? TaskId { get; init; }

    /// <summary>Only sessions with this status: active, completed, failed, killed or abandoned.</summary>
    [FromQuery(Name = "status"), ValuesOf(typeof(SessionStatus))]
    public string? Status { get; init; }

    /// <summary>Only sessions with this label, as key=value, or usage with it. Up to 5, all of which must match.</summary>
    [FromQuery(Name = "label")]
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>The order: started, cost or tokens.</summary>
    [FromQuery(Name = "sort"), ValuesOf(typeof(SessionSort))]
    public string? Sort { get; init; }

    internal SessionSort Order => Listing.Member<SessionSort>("sort", Sort) ?? SessionSort.Started;

    internal SessionFilter Filter => new(TaskId, Listing.Member<SessionStatus>("status", Status), AgentId) { Labels = LabelFilter.Parse(Labels) };
}
