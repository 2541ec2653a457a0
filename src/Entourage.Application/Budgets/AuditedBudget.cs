using Entourage.Domain;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;

namespace Entourage.Application.Budgets;

/// <summary>A budget, as the audit trail records it.</summary>
internal sealed record AuditedBudget(
    string? Name,
    BudgetScope Scope,
    string Match,
    BudgetPeriod Period,
    int? StartsOn,
    Money? LimitUsd,
    long? LimitTokens,
    Enforcement Enforcement,
    OnExceed? OnExceed,
    IReadOnlyList<decimal>? Thresholds)
{
    /// <summary>Describes a budget.</summary>
    public static AuditedBudget Of(BudgetRule rule) => new(
        rule.Name,
        rule.Scope,
        rule.Match,
        rule.Period,
        rule.Period == BudgetPeriod.Month ? rule.StartsOn : null,
        rule.LimitUsd,
        rule.LimitTokens,
        rule.Enforcement,
        rule.OnExceed,
        rule.Thresholds?.Ratios);

    /// <summary>The budget as the subject of an audit entry.</summary>
    public static AuditSubject SubjectOf(BudgetRule rule) => new(AuditSubjectKind.Budget, BudgetWindow.IdOf(rule.Id), rule.OrganisationId, rule.TeamId);
}
