using Entourage.Api.Documentation;
using Entourage.Application.Budgets;
using Entourage.Application.Errors;
using Entourage.Application.Json;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Contracts;

/// <summary>A new budget.</summary>
/// <param name="Scope">Required. What it counts: organisation, team, agent, task, session, label or model.</param>
/// <param name="Period">Required. The period. A budget per minute is a rate, whose window slides.</param>
/// <param name="Match">
/// Which of its scope it counts: an id, a model, the beginning of the names of models with a <c>*</c>, or a label as <c>key=value</c>. With <c>*</c> or
/// <c>key=*</c>, each item has the limit for itself. Required, except for an organisation or a team.
/// </param>
/// <param name="OrgId">The organisation. Required for a budget of the work of all teams.</param>
/// <param name="TeamId">The team whose work it limits, in whose time zone its windows are. If absent, the work of all teams, in UTC, unless the match belongs to a team.</param>
/// <param name="Name">A name of up to 100 characters.</param>
/// <param name="StartsOn">The day of the month on which a monthly budget begins, from 1 to 31; 1 if absent.</param>
/// <param name="LimitUsd">The limit in USD: 0 to 1,000,000. This or <c>limit_tokens</c> is required.</param>
/// <param name="LimitTokens">The limit in tokens of all classes.</param>
/// <param name="Enforcement">Whether it refuses work (hard) or only raises alerts (observe); hard if absent.</param>
/// <param name="OnExceed">The action on a session that uses it up: stop or kill; that of the team if absent.</param>
/// <param name="Thresholds">The fractions that raise an alert when spent: up to 10 values, ascending, above 0 and up to 10; those of the team if absent.</param>
public sealed record CreateBudgetRequest(
    BudgetScope? Scope,
    BudgetPeriod? Period,
    string? Match = null,
    Guid? OrgId = null,
    Guid? TeamId = null,
    string? Name = null,
    long? StartsOn = null,
    Money? LimitUsd = null,
    long? LimitTokens = null,
    Enforcement? Enforcement = null,
    OnExceed? OnExceed = null,
    IReadOnlyList<decimal>? Thresholds = null)
{
    internal CreateBudgetCommand ToCommand(string? idempotencyKey) => new(
        Name, Scope, Match, OrgId, TeamId, Period, StartsOn, LimitUsd, LimitTokens, Enforcement, OnExceed, Thresholds, idempotencyKey);
}

/// <summary>
/// Changes of a budget: an absent member is unchanged, null removes a value. What a budget counts cannot change, so those members are refused. Of a cap in
/// the settings only <c>limit_usd</c> can change.
/// </summary>
public sealed record ChangeBudgetRequest
{
    /// <summary>A name of up to 100 characters; null for none.</summary>
    public Patch<string?> Name { get; init; }

    /// <summary>The limit in USD; null for none. A budget keeps at least one limit.</summary>
    public Patch<Money?> LimitUsd { get; init; }

    /// <summary>The limit in tokens of all classes; null for none.</summary>
    public Patch<long?> LimitTokens { get; init; }

    /// <summary>Whether it refuses work (hard) or only raises alerts (observe).</summary>
    public Patch<Enforcement> Enforcement { get; init; }

    /// <summary>The action on a session that uses it up: stop or kill; null for that of the team.</summary>
    public Patch<OnExceed?> OnExceed { get; init; }

    /// <summary>The fractions that raise an alert when spent; null for those of the team.</summary>
    public Patch<IReadOnlyList<decimal>?> Thresholds { get; init; }

    /// <summary>Cannot change.</summary>
    public Patch<BudgetScope> Scope { get; init; }

    /// <summary>Cannot change.</summary>
    public Patch<string?> Match { get; init; }

    /// <summary>Cannot change.</summary>
    public Patch<Guid?> OrgId { get; init; }

    /// <summary>Cannot change.</summary>
    public Patch<Guid?> TeamId { get; init; }

    /// <summary>Cannot change.</summary>
    public Patch<BudgetPeriod> Period { get; init; }

    /// <summary>Cannot change.</summary>
    public Patch<long?> StartsOn { get; init; }

    internal ChangeBudgetCommand ToCommand(string id) => new(id, Name, LimitUsd, LimitTokens, Enforcement, OnExceed, Thresholds, [.. Fixed()]);

    private IEnumerable<string> Fixed() => new[]
        {
            (Scope.IsSet, "scope"), (Match.IsSet, "match"), (OrgId.IsSet, "org_id"), (TeamId.IsSet, "team_id"), (Period.IsSet, "period"), (StartsOn.IsSet, "starts_on"),
        }
        .Where(member => member.Item1)
        .Select(member => member.Item2);
}

/// <summary>The filters of a list of budgets.</summary>
public sealed record BudgetParameters
{
    /// <summary>Only budgets of this organisation and its teams.</summary>
    [FromQuery(Name = "org_id")]
    public Guid? OrganisationId { get; init; }

    /// <summary>Only budgets of this team.</summary>
    [FromQuery(Name = "team_id")]
    public Guid? TeamId { get; init; }

    /// <summary>Only budgets of this scope: organisation, team, agent, task, session, label or model.</summary>
    [FromQuery(Name = "scope"), ValuesOf(typeof(BudgetScope))]
    public string? Scope { get; init; }

    /// <exception cref="InvalidInputException">There is no such scope.</exception>
    internal ListBudgetDetailsQuery For(ListParameters list) => new(OrganisationId, TeamId, Listing.Member<BudgetScope>("scope", Scope), list.Page);
}
