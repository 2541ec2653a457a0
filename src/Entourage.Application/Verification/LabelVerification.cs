using Entourage.Application.Abstractions;
using Entourage.Domain;
using Entourage.Domain.Labels;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Verification;

/// <summary>Verifies that the labels of an organisation's sessions and usage are stored as sets, by which reports find them.</summary>
internal sealed class LabelVerification(IEntourageDb db, Guid organisationId, string name, VerificationFindings findings, TotalsRepair? repair)
{
    private readonly Dictionary<long, LabelSet> sets = [];

    /// <summary>Adds the labels of a usage.</summary>
    public void Add(LabelSet labels)
    {
        if (!labels.IsEmpty)
        {
            sets.TryAdd(labels.Id, labels);
        }
    }

    /// <summary>The set with an id that a session or a usage has, or that is stored.</summary>
    public LabelSet SetOf(long id) => sets.GetValueOrDefault(id, LabelSet.None);

    /// <summary>Compares the stored sets with the labels of sessions and usage. Sets that only compacted usage has are taken as they are stored.</summary>
    public async Task CompareAsync(IEnumerable<LabelSet> ofSessions, CancellationToken cancellationToken)
    {
        foreach (var labels in ofSessions)
        {
            Add(labels);
        }

        var missing = sets.Keys.ToHashSet();
        var stored = new List<LabelSetMember>();
        var members = db.LabelSets.AsNoTracking()
            .Where(member => member.OrganisationId == organisationId)
            .OrderBy(member => member.LabelSetId).ThenBy(member => member.Key);
        await foreach (var member in members.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (stored is [var first, ..] && first.LabelSetId != member.LabelSetId)
            {
                Compare(stored, missing);
                stored.Clear();
            }

            stored.Add(member);
        }

        Compare(stored, missing);
        foreach (var id in missing)
        {
            Report(id, "none are stored");
        }
    }

    private void Compare(List<LabelSetMember> stored, HashSet<long> missing)
    {
        if (stored is not [var first, ..])
        {
            return;
        }

        missing.Remove(first.LabelSetId);
        if (SetOf(stored) is { } set && set.Id == first.LabelSetId)
        {
            sets.TryAdd(set.Id, set);
            return;
        }

        Report(first.LabelSetId, $"{string.Join(", ", stored.Select(member => $"{member.Key}={member.Value}"))} are stored");
    }

    private void Report(long id, string stored)
    {
        if (sets.TryGetValue(id, out var expected))
        {
            findings.AddDifference($"labels {id} are {expected}, but {stored}", () => repair?.Set(organisationId, expected));
        }
        else
        {
            findings.AddProblem($"{name}: the labels {id} are damaged and only compacted usage has them, but {stored}.");
        }
    }

    private static LabelSet? SetOf(IEnumerable<LabelSetMember> members)
    {
        try
        {
            return LabelSet.Of(members.Select(member => KeyValuePair.Create(member.Key, member.Value)));
        }
        catch (RuleViolationException)
        {
            return null;
        }
    }
}
