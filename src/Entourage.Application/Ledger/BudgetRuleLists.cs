using Entourage.Application.Abstractions;
using Entourage.Domain.Budgets;

namespace Entourage.Application.Ledger;

/// <summary>The rules of an organisation, by team.</summary>
internal sealed class BudgetRuleList
{
    /// <summary>No rules.</summary>
    public static readonly BudgetRuleList None = new([]);

    private readonly IReadOnlyList<BudgetRule> shared;
    private readonly Dictionary<Guid, IReadOnlyList<BudgetRule>> byTeam;

    public BudgetRuleList(IReadOnlyList<BudgetRule> rules)
    {
        shared = rules.Where(IsShared).ToArray() is { Length: > 0 } own ? own : Array.Empty<BudgetRule>();
        byTeam = rules.Where(rule => !IsShared(rule))
            .GroupBy(rule => rule.TeamId!.Value)
            .ToDictionary(team => team.Key, IReadOnlyList<BudgetRule> (team) => [.. shared, .. team]);
    }

    /// <summary>The rules that may count the work of a team: the same list at each call.</summary>
    public IReadOnlyList<BudgetRule> Of(Guid teamId) => byTeam.GetValueOrDefault(teamId, shared);

    /// <summary>Returns a policy with the rules of its team.</summary>
    public BudgetPolicy ApplyTo(BudgetPolicy policy) =>
        // The policy keeps the budgets that it has found, so it is not copied without need.
        Of(policy.TeamId) is var rules && ReferenceEquals(rules, policy.Rules) ? policy : policy with { Rules = rules };

    /// <summary>Returns a session with the rules of its team.</summary>
    public LedgerSession ApplyTo(LedgerSession session) =>
        ApplyTo(session.Policy) is var policy && ReferenceEquals(policy, session.Policy) ? session : session with { Policy = policy };

    /// <summary>Returns a reservation with the rules of its team.</summary>
    public LedgerReservation ApplyTo(LedgerReservation reservation) =>
        ApplyTo(reservation.Policy) is var policy && ReferenceEquals(policy, reservation.Policy) ? reservation : LedgerReservation.Of(reservation.Reservation, policy);

    private static bool IsShared(BudgetRule rule) => rule.TeamId is null || rule.FollowsAgent;
}

/// <summary>
/// Caches the rules of organisations. A list is valid for one version of its organisation, as with <see cref="PriceLists"/>: the transaction that changes a
/// rule raises that version, and every transaction of the ledger reads it.
/// </summary>
internal sealed class BudgetRuleLists
{
    /// <summary>The most lists that are cached. The least recently used ones are dropped.</summary>
    public const int Capacity = 512;

    private readonly BoundedCache<Guid, (long Version, BudgetRuleList Rules)> lists = new(Capacity);

    /// <summary>The rules of an organisation.</summary>
    /// <param name="organisationId">The organisation.</param>
    /// <param name="version">Its version; null if unknown, which reads the rules anew.</param>
    /// <param name="store">The store.</param>
    public async ValueTask<BudgetRuleList> GetAsync(Guid organisationId, long? version, ILedgerReader store)
    {
        if (version is not null && lists.TryGet(organisationId, out var known) && known.Version == version)
        {
            return known.Rules;
        }

        var found = await store.FindRulesAsync(organisationId);
        var rules = found.Count == 0 ? BudgetRuleList.None : new(found);
        if (version is { } current)
        {
            lists.Set(organisationId, (current, rules));
        }

        return rules;
    }
}
