using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Labels;
using Entourage.Application.Paging;
using Entourage.Domain;
using Entourage.Domain.Costs;
using Entourage.Domain.Teams;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Costs;

/// <summary>Reports the costs of a range by the values of a label, most expensive first.</summary>
/// <param name="Subject">The team or the organisation.</param>
/// <param name="Filter">The range and the filters.</param>
/// <param name="Key">The key of the label, in any case.</param>
/// <param name="Limit">The most values to list. The others are summed.</param>
public sealed record GetLabelCostsQuery(Audience Subject, CostFilter Filter, string? Key, int Limit = PageRequest.DefaultLimit) : IQuery<LabelCostsResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Subject.RequiredPermission();
}

/// <summary>The costs of a range by the values of a label. The rows add up exactly to the total.</summary>
public sealed record LabelCostsResponse
{
    /// <summary>The start of the range (UTC); null if unbounded.</summary>
    public required DateTimeOffset? From { get; init; }

    /// <summary>The end of the range (UTC, exclusive); null if unbounded.</summary>
    public required DateTimeOffset? To { get; init; }

    /// <summary>The IANA time zone of the days.</summary>
    public required string Timezone { get; init; }

    /// <summary>The key of the label, in lower case.</summary>
    public required string Key { get; init; }

    /// <summary>The recorded cost (USD) of all usage in the range, with the label or without.</summary>
    public required MoneyTotal TotalCostUsd { get; init; }

    /// <summary>The number of values with usage in the range.</summary>
    public required int ValueCount { get; init; }

    /// <summary>The costs of the most expensive values.</summary>
    public required IReadOnlyList<LabelCostResponse> Values { get; init; }

    /// <summary>The costs of all other values; null if all are listed.</summary>
    public required RestCostResponse? Others { get; init; }

    /// <summary>The costs of usage without the label.</summary>
    public required RestCostResponse Unlabelled { get; init; }
}

/// <summary>The costs of a value of a label.</summary>
/// <param name="Value">The value.</param>
public sealed record LabelCostResponse(string Value) : CostRow;

/// <summary>The costs of usage that is listed in no other row.</summary>
public sealed record RestCostResponse : CostRow;

internal sealed class GetLabelCostsValidator : AbstractValidator<GetLabelCostsQuery>
{
    public GetLabelCostsValidator() => RuleFor(query => query.Limit).InclusiveBetween(1, PageRequest.MaxLimit);
}

internal sealed class GetLabelCostsHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<GetLabelCostsQuery, LabelCostsResponse>
{
    public async Task<LabelCostsResponse> Handle(GetLabelCostsQuery request, CancellationToken cancellationToken)
    {
        var (key, filter) = (LabelFilter.ParseKey("key", request.Key), request.Filter);
        var subject = await CostSubject.OfAsync(db, request.Subject, cancellationToken);
        var range = CostRange.Of(filter.From, filter.To, filter.Period, subject.Calendar, time.GetUtcNow());
        var costs = await db.InSnapshotAsync(inTransaction => new CostReader(db, subject, filter, range).ReadLabelAsync(key, inTransaction), cancellationToken);
        var rows = costs.ByValue.Rows(value => new LabelCostResponse(value), StringComparer.Ordinal);
        var listed = rows.Take(request.Limit).ToArray();
        var rest = costs.Total;
        UsageSum others = default;
        foreach (var value in costs.ByValue.Values)
        {
            rest -= value;
            others += value;
        }

        foreach (var row in listed)
        {
            others -= costs.ByValue[row.Value];
        }

        return new()
        {
            From = range.From,
            To = range.To,
            Timezone = subject.Timezone,
            Key = key,
            TotalCostUsd = costs.Total.Cost,
            ValueCount = rows.Count,
            Values = listed,
            Others = listed.Length < rows.Count ? new RestCostResponse().With(others) : null,
            Unlabelled = new RestCostResponse().With(rest),
        };
    }
}
