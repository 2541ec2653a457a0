using Entourage.Application.Costs;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Contracts;

/// <summary>What a report of costs looks like.</summary>
public enum CostFormat
{
    /// <summary>Totals, lists and a page of the sessions.</summary>
    Json,

    /// <summary>A table of all the sessions.</summary>
    Csv,
}

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

    /// <summary>json (the default), or csv for all the sessions as a table, also chosen by the Accept header.</summary>
    [FromQuery(Name = "format")]
    public string? Format { get; init; }

    /// <summary>The same for the use case.</summary>
    internal CostFilter Filter => new(From, To, Listing.Member<CostPeriod>("period", Period), AgentId, TaskId, Model);

    /// <summary>Whether the answer is to be a table: as the parameter says, else as the Accept header prefers.</summary>
    internal bool IsTable(HttpRequest request) => (Listing.Member<CostFormat>("format", Format) ?? Preferred(request)) == CostFormat.Csv;

    private static CostFormat Preferred(HttpRequest request)
    {
        var preferred = request.GetTypedHeaders().Accept.OrderByDescending(type => type.Quality ?? 1).FirstOrDefault();
        return preferred is not null && preferred.MediaType.Equals(CsvTable.MediaType, StringComparison.OrdinalIgnoreCase) ? CostFormat.Csv : CostFormat.Json;
    }
}
