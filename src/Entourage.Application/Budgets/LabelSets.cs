using Entourage.Application.Abstractions;
using Entourage.Domain.Labels;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Budgets;

/// <summary>Reads sets of labels.</summary>
internal static class LabelSets
{
    /// <summary>Reads the sets with a label of a key, each with this label only, by their ids.</summary>
    public static async Task<Dictionary<long, LabelSet>> ReadLabelSetsAsync(
        this IEntourageDb db, Guid organisationId, string key, CancellationToken cancellationToken)
    {
        var members = await db.LabelSets.AsNoTracking()
            .Where(member => member.OrganisationId == organisationId && member.Key == key)
            .ToListAsync(cancellationToken);
        return members.ToDictionary(member => member.LabelSetId, member => LabelSet.Of([KeyValuePair.Create(member.Key, member.Value)]));
    }
}
