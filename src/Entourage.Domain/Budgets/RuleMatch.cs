using System.Globalization;
using Entourage.Domain.Labels;
using Entourage.Domain.Prices;

namespace Entourage.Domain.Budgets;

/// <summary>Finds which work a <see cref="BudgetRule"/> counts.</summary>
internal sealed class RuleMatch
{
    private readonly Func<BudgetPolicy, string?> find;

    public RuleMatch(BudgetScope scope, string match)
    {
        IsForEach = match == BudgetRule.Each;
        find = scope switch
        {
            BudgetScope.Organisation => static policy => BudgetWindow.IdOf(policy.OrganisationId),
            BudgetScope.Team => OfId(match, static policy => policy.TeamId),
            BudgetScope.Agent => OfId(match, static policy => policy.AgentId),
            BudgetScope.Task => OfTask(match),
            BudgetScope.Session => OfSession(match),
            BudgetScope.Label => OfLabel(match),
            BudgetScope.Model => OfModel(match),
            _ => throw new ArgumentOutOfRangeException(nameof(scope), scope, "A rule has no such scope."),
        };
        if (scope == BudgetScope.Label)
        {
            IsForEach = Label.ParseStored(match).Value == BudgetRule.Each;
        }
    }

    /// <summary>Whether each item of the scope has the limit for itself.</summary>
    public bool IsForEach { get; }

    /// <summary>The item of the scope that some work belongs to; null if the rule does not count it.</summary>
    public string? Find(BudgetPolicy policy) => find(policy);

    private static Func<BudgetPolicy, string?> OfId(string match, Func<BudgetPolicy, Guid> idOf)
    {
        if (match == BudgetRule.Each)
        {
            return policy => BudgetWindow.IdOf(idOf(policy));
        }

        var id = Guid.Parse(match);
        return policy => idOf(policy) == id ? match : null;
    }

    private static Func<BudgetPolicy, string?> OfTask(string match)
    {
        if (match == BudgetRule.Each)
        {
            return static policy => policy.Task is { } task ? BudgetWindow.IdOf(task.TaskId) : null;
        }

        var id = long.Parse(match, CultureInfo.InvariantCulture);
        return policy => policy.Task?.TaskId == id ? match : null;
    }

    // A session's budget covers the sessions of its sub-agents. If each has one, they are those at the top of the trees.
    private static Func<BudgetPolicy, string?> OfSession(string match)
    {
        if (match == BudgetRule.Each)
        {
            return static policy => policy.SessionPath.Count > 0 ? BudgetWindow.IdOf(policy.SessionPath[^1]) : null;
        }

        var id = long.Parse(match, CultureInfo.InvariantCulture);
        return policy => policy.SessionPath.Contains(id) ? match : null;
    }

    private static Func<BudgetPolicy, string?> OfLabel(string match)
    {
        var (key, value) = Label.ParseStored(match);
        return value == BudgetRule.Each
            ? policy => policy.Labels.Find(key) is { } own ? $"{new Label(key, own)}" : null
            : policy => policy.Labels.Find(key) == value ? match : null;
    }

    // Providers answer an alias with the name of a snapshot, and clouds and gateways add their own prefixes. A call is reserved under one of these names
    // and recorded under another, so all count as one model.
    private static Func<BudgetPolicy, string?> OfModel(string match)
    {
        if (match == BudgetRule.Each)
        {
            return static policy => policy.Model.Length > 0 ? ModelName.Base(policy.Model) : null;
        }

        if (match[^1] != '*')
        {
            var name = ModelName.Base(match);
            return policy => policy.Model.Length > 0 && ModelName.Base(policy.Model) == name ? match : null;
        }

        var beginning = ModelName.Normalise(match[..^1]);
        return policy => policy.Model.Length > 0 && BeginsWith(policy.Model) ? match : null;

        bool BeginsWith(string model) =>
            ModelName.Base(model).StartsWith(beginning, StringComparison.Ordinal) || ModelName.Normalise(model).StartsWith(beginning, StringComparison.Ordinal);
    }
}
