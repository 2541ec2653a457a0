using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Labels;
using Entourage.Domain.Teams;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Costs;

/// <summary>Lists the keys of the labels that a team or an organisation uses, in order.</summary>
/// <param name="Subject">The team or the organisation.</param>
public sealed record ListLabelKeysQuery(Audience Subject) : IQuery<IReadOnlyList<LabelKeyResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Subject.RequiredPermission();
}

/// <summary>A key of labels.</summary>
/// <param name="Key">The key, in lower case.</param>
/// <param name="Values">The number of its values; at most 1,000, which means as many or more.</param>
public sealed record LabelKeyResponse(string Key, int Values);

internal sealed class ListLabelKeysHandler(IEntourageDb db) : IRequestHandler<ListLabelKeysQuery, IReadOnlyList<LabelKeyResponse>>
{
    private const int MaxKeys = 100;
    private const int MaxValues = 1_000;

    public async Task<IReadOnlyList<LabelKeyResponse>> Handle(ListLabelKeysQuery request, CancellationToken cancellationToken)
    {
        var subject = await CostSubject.OfAsync(db, request.Subject, cancellationToken);
        return await db.InSnapshotAsync(inTransaction => ReadAsync(subject, inTransaction), cancellationToken);
    }

    private async Task<IReadOnlyList<LabelKeyResponse>> ReadAsync(CostSubject subject, CancellationToken cancellationToken)
    {
        var fresh = await ReadUnsummarisedAsync(subject, cancellationToken);
        var keys = fresh.Select(label => label.Key).ToHashSet(StringComparer.Ordinal);
        for (var after = ""; keys.Count < MaxKeys && await FindKeyAsync(subject, after, cancellationToken) is { } key;)
        {
            keys.Add(key);
            after = key + (char)(Label.Separator + 1);
        }

        var counted = new List<LabelKeyResponse>();
        foreach (var key in keys.Order(StringComparer.Ordinal).Take(MaxKeys))
        {
            var items = await db.OfLabelKey(subject.Id, key)
                .Where(summary => summary.Day == BudgetCalendar.Always)
                .OrderBy(summary => summary.Item)
                .Select(summary => summary.Item)
                .Take(MaxValues)
                .ToListAsync(cancellationToken);
            counted.Add(new(key, Math.Min(MaxValues, items.Concat(fresh.Where(label => label.Key == key).Select(label => label.ToString())).Distinct(StringComparer.Ordinal).Count())));
        }

        return counted;
    }

    /// <summary>The labels of the little usage that the summaries lack.</summary>
    private async Task<IReadOnlyList<Label>> ReadUnsummarisedAsync(CostSubject subject, CancellationToken cancellationToken)
    {
        var teams = subject.Teams;
        var labels = from rollup in db.UsageRollups.Where(rollup => teams.Contains(rollup.TeamId) && !rollup.IsSummarised)
                     join member in db.LabelSets.Where(member => member.OrganisationId == subject.OrganisationId) on rollup.LabelSetId equals member.LabelSetId
                     select new Label(member.Key, member.Value);
        return await labels.Distinct().ToListAsync(cancellationToken);
    }

    /// <summary>Finds the first key in the order of summaries from an item on, so that the time grows with the number of keys, not of values.</summary>
    private async Task<string?> FindKeyAsync(CostSubject subject, string from, CancellationToken cancellationToken)
    {
#pragma warning disable CA1309, CA1310 // Entity Framework translates only this overload. The columns are ordinal.
        var item = await db.CostSummaries
            .Where(summary => summary.SubjectId == subject.Id && summary.Heading == CostHeading.Label && summary.Day == BudgetCalendar.Always)
            .Where(summary => string.Compare(summary.Item, from) >= 0)
            .OrderBy(summary => summary.Item)
            .Select(summary => summary.Item)
            .FirstOrDefaultAsync(cancellationToken);
#pragma warning restore CA1309, CA1310
        return item?[..item.IndexOf(Label.Separator, StringComparison.Ordinal)];
    }
}
