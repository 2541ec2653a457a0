using System.Globalization;
using Entourage.Domain.Alerts;
using Entourage.Domain.Labels;

namespace Entourage.Domain.Budgets;

/// <summary>What people decide about a <see cref="BudgetRule"/>.</summary>
public sealed record BudgetTerms
{
    /// <summary>The organisation.</summary>
    public required Guid OrganisationId { get; init; }

    /// <summary>The team whose work it limits; null for the work of all teams.</summary>
    public Guid? TeamId { get; init; }

    /// <summary>A name for people; null for none.</summary>
    public string? Name { get; init; }

    /// <summary>What it counts.</summary>
    public required BudgetScope Scope { get; init; }

    /// <summary>Which of its scope it counts; see <see cref="BudgetRule.Match"/>.</summary>
    public required string Match { get; init; }

    /// <summary>The period.</summary>
    public required BudgetPeriod Period { get; init; }

    /// <summary>The day on which its months begin, from 1 to <see cref="BudgetRule.LatestStart"/>.</summary>
    public int StartsOn { get; init; } = 1;

    /// <summary>The limit (USD); null for none.</summary>
    public Money? LimitUsd { get; init; }

    /// <summary>The limit in tokens; null for none.</summary>
    public long? LimitTokens { get; init; }

    /// <summary>Whether it refuses or only observes.</summary>
    public Enforcement Enforcement { get; init; }

    /// <summary>What happens to a session whose usage exhausts it; null for what its team does.</summary>
    public OnExceed? OnExceed { get; init; }

    /// <summary>The shares that raise an alert; null for those of the team.</summary>
    public AlertThresholds? Thresholds { get; init; }

    /// <summary>Returns the terms with the match in its one spelling.</summary>
    /// <exception cref="RuleViolationException"><c>validation</c>: they contradict each other.</exception>
    public BudgetTerms Checked()
    {
        if (LimitUsd is null && LimitTokens is null)
        {
            throw Invalid("Set 'limit_usd', 'limit_tokens' or both.", nameof(LimitUsd));
        }

        if (LimitTokens is < 0 or > BudgetRule.LargestTokens)
        {
            throw Invalid($"'limit_tokens' must be from 0 to {BudgetRule.LargestTokens}.", nameof(LimitTokens));
        }

        if (StartsOn is < 1 or > BudgetRule.LatestStart || (StartsOn != 1 && Period != BudgetPeriod.Month))
        {
            throw Invalid($"'starts_on' is the day on which a monthly budget begins, from 1 to {BudgetRule.LatestStart}. Leave it out for other periods.", nameof(StartsOn));
        }

        return this with { Match = SpellMatch() };
    }

    private string SpellMatch() => Scope switch
    {
        BudgetScope.Organisation => Id("the organisation") is var id && id == BudgetWindow.IdOf(OrganisationId)
            ? id
            : throw Invalid("A budget of an organisation matches that organisation.", nameof(Match)),
        BudgetScope.Team => Match == BudgetRule.Each ? Match : Id("a team"),
        BudgetScope.Agent => Match == BudgetRule.Each ? Match : Id("an agent"),
        BudgetScope.Task => Match == BudgetRule.Each ? Match : Number("a task"),
        BudgetScope.Session => Match == BudgetRule.Each ? Match : Number("a session"),
        BudgetScope.Label => Label.Parse(Match) is var label && (label.Value == BudgetRule.Each || !label.Value.Contains('*', StringComparison.Ordinal))
            ? $"{label}"
            : throw Invalid("A label's value is matched as a whole. Write 'key=value', or 'key=*' for a limit that each value has for itself.", nameof(Match)),
        BudgetScope.Model => Match is { Length: > 0 and <= Agents.Agent.ModelLength } && Match.IndexOf('*', StringComparison.Ordinal) is var star && (star < 0 || star == Match.Length - 1)
            ? Match
            : throw Invalid(
                "Match a model by its name, models by the beginning of their names with a '*' at the end, or each model for itself by '*'.", nameof(Match)),
        _ => throw Invalid("'scope' must be organisation, team, agent, task, session, label or model.", nameof(Scope)),
    };

    private string Id(string what) => Guid.TryParseExact(Match, "D", out var id)
        ? BudgetWindow.IdOf(id)
        : throw Invalid($"'match' must be the id of {what}, or '*' for a limit that each has for itself.", nameof(Match));

    private string Number(string what) => long.TryParse(Match, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? BudgetWindow.IdOf(number)
        : throw Invalid($"'match' must be the number of {what}, or '*' for a limit that each has for itself.", nameof(Match));

    private static RuleViolationException Invalid(string message, string field) => new("validation", message, field);
}
