using System.Globalization;
using Entourage.Application.Budgets;
using Entourage.Application.Costs;
using Entourage.Application.Json;
using Entourage.Domain;
using Entourage.Domain.Budgets;

namespace Entourage.Application.Webhooks;

/// <summary>What a digest tells: the costs of the last day or week, where the budgets stand, and what needs a decision.</summary>
public sealed record DigestResponse
{
    /// <summary>The name of the team or organisation.</summary>
    public required string Name { get; init; }

    /// <summary>The first local day.</summary>
    public required DateOnly From { get; init; }

    /// <summary>The last local day.</summary>
    public required DateOnly To { get; init; }

    /// <summary>The IANA time zone of the days.</summary>
    public required string Timezone { get; init; }

    /// <summary>The cost of these days (USD).</summary>
    public required MoneyTotal CostUsd { get; init; }

    /// <summary>The cost of as many days before them (USD).</summary>
    public required MoneyTotal PreviousCostUsd { get; init; }

    /// <summary>The cost of the current month so far (USD).</summary>
    public required MoneyTotal SpentMonthUsd { get; init; }

    /// <summary>The expected cost of the current month (USD).</summary>
    public required MoneyTotal ForecastMonthUsd { get; init; }

    /// <summary>The caps of the team or organisation, as they stand now.</summary>
    public required IReadOnlyList<BudgetStatusResponse> Caps { get; init; }

    /// <summary>The agents that cost most on these days, at most <see cref="Digests.MaxTop"/>.</summary>
    public required IReadOnlyList<AgentCostResponse> TopAgents { get; init; }

    /// <summary>The models that cost most on these days, at most <see cref="Digests.MaxTop"/>.</summary>
    public required IReadOnlyList<ModelCostResponse> TopModels { get; init; }

    /// <summary>The number of open alerts.</summary>
    public required int OpenAlerts { get; init; }

    /// <summary>The number of human requests that wait for an answer.</summary>
    public required int PendingRequests { get; init; }

    /// <summary>Describes the digest in lines, the most important first.</summary>
    internal IReadOnlyList<string> Describe(NoticeText text)
    {
        var days = From == To ? DayOf(From) : $"{DayOf(From)} to {DayOf(To)}";
        var lines = new List<string>
        {
            $"{text.Name(Name)} spent {CostUsd.ToShortString()} on {days}, after {PreviousCostUsd.ToShortString()} {(From == To ? "on the day before" : "in the week before")}.",
            $"This month: {SpentMonthUsd.ToShortString()} so far, {ForecastMonthUsd.ToShortString()} expected.",
        };

        // The day of a daily cap has only just begun.
        lines.AddRange(Caps.Where(cap => cap.Period != BudgetPeriod.Day)
            .Select(cap => $"The {EnumNames.Of(cap.Period)}'s cap of {cap.LimitUsd!.Value.ToShortString()}: {cap.SpentUsd!.Value.ToShortString()} spent."));
        AddTop(lines, "Agents", TopAgents, agent => text.Name(agent.AgentName));
        AddTop(lines, "Models", TopModels, model => model.Model is null ? "no model" : text.Name(model.Model));
        if (OpenAlerts > 0 || PendingRequests > 0)
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"Open alerts: {OpenAlerts}. Requests that wait for an answer: {PendingRequests}."));
        }

        return lines;
    }

    private static void AddTop<T>(List<string> lines, string title, IReadOnlyList<T> rows, Func<T, string> nameOf)
        where T : CostRow
    {
        if (rows.Count > 0)
        {
            lines.Add($"{title}: {string.Join(", ", rows.Select(row => $"{nameOf(row)} {row.CostUsd.ToShortString()}"))}");
        }
    }

    private static string DayOf(DateOnly day) => day.ToString("ddd yyyy-MM-dd", CultureInfo.InvariantCulture);
}
