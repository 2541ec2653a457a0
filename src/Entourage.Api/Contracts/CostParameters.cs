using Entourage.Api.Documentation;
using Entourage.Application.Costs;
using Entourage.Application.Labels;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Contracts;

/// <summary>The format of a cost report.</summary>
internal enum CostFormat
{
    /// <summary>Totals, breakdowns and a page of sessions.</summary>
    Json,

    /// <summary>A table of all sessions.</summary>
    Csv,
}

/// <summary>The period and filter of costs.</summary>
public record CostFilterParameters
{
    /// <summary>The start: a local date (2026-11-23) or an instant (2026-11-23T10:15:00Z), widened to a full quarter of an hour.</summary>
    [FromQuery(Name = "from")]
    public string? From { get; init; }

    /// <summary>The end: a local date (inclusive) or an instant.</summary>
    [FromQuery(Name = "to")]
    public string? To { get; init; }

    /// <summary>Instead of from and to: today, 7d, 30d, month or all (the default).</summary>
    [FromQuery(Name = "period"), ValuesOf(typeof(CostPeriod))]
    public string? Period { get; init; }

    /// <summary>Only costs of this agent.</summary>
    [FromQuery(Name = "agent_id")]
    public Guid? AgentId { get; init; }

    /// <summary>Only costs of this task.</summary>
    [FromQuery(Name = "task_id")]
    public long? TaskId { get; init; }

    /// <summary>Only costs of this model.</summary>
    [FromQuery(Name = "model")]
    public string? Model { get; init; }

    /// <summary>Only costs with this label, as key=value. Up to 5, all of which must match.</summary>
    [FromQuery(Name = "label")]
    public IReadOnlyList<string>? Labels { get; init; }

    internal CostFilter Filter => new(From, To, Listing.Member<CostPeriod>("period", Period), AgentId, TaskId, Model)
    {
        Labels = LabelFilter.Parse(Labels),
    };
}

/// <summary>The period, filter and format of a cost report.</summary>
public sealed record CostParameters : CostFilterParameters
{
    /// <summary>For csv: a further column for each of these labels' keys, divided by commas. Up to 10.</summary>
    [FromQuery(Name = "label_columns")]
    public string? LabelColumns { get; init; }

    /// <summary>json (the default), or csv for a table of all sessions. Overrides the Accept header.</summary>
    [FromQuery(Name = "format"), ValuesOf(typeof(CostFormat))]
    public string? Format { get; init; }

    /// <summary>The keys of the labels that get columns of their own.</summary>
    internal IReadOnlyList<string> LabelKeys => LabelFilter.ParseKeys("label_columns", LabelColumns);

    /// <summary>Whether to answer with a table, by the parameter, else by the Accept header.</summary>
    internal bool IsTable(HttpRequest request) => (Listing.Member<CostFormat>("format", Format) ?? Preferred(request)) == CostFormat.Csv;

    private static CostFormat Preferred(HttpRequest request)
    {
        var preferred = request.GetTypedHeaders().Accept.OrderByDescending(type => type.Quality ?? 1).FirstOrDefault();
        return preferred is not null && preferred.MediaType.Equals(CsvTable.MediaType, StringComparison.OrdinalIgnoreCase) ? CostFormat.Csv : CostFormat.Json;
    }
}
