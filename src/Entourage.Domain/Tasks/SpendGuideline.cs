namespace Entourage.Domain.Tasks;

/// <summary>The usual cost of a kind of work, and the cost above which something is probably wrong.</summary>
/// <param name="Name">The display name of the kind of work.</param>
/// <param name="TaskType">The task type; null for the daily total of a team.</param>
/// <param name="ReasonableFrom">The lower end of a reasonable budget (USD).</param>
/// <param name="ReasonableTo">The upper end of a reasonable budget (USD).</param>
/// <param name="RedFlagAbove">The red flag (USD). A higher cost raises an alert.</param>
/// <remarks>Source: the table "Real-world budget guidelines" of the product's description.</remarks>
public sealed record SpendGuideline(string Name, TaskType? TaskType, Money ReasonableFrom, Money ReasonableTo, Money RedFlagAbove)
{
    /// <summary>Every guideline, from the cheapest kind of work to a team's day.</summary>
    public static readonly IReadOnlyList<SpendGuideline> All =
    [
        Of("Typo / config fix", Tasks.TaskType.Config, 0.10m, 0.50m, 1m),
        Of("Bug fix", Tasks.TaskType.Bugfix, 0.50m, 3m, 5m),
        Of("Small feature", Tasks.TaskType.SmallFeature, 2m, 8m, 15m),
        Of("Large feature", Tasks.TaskType.LargeFeature, 5m, 20m, 30m),
        Of("Daily team total", null, 10m, 50m, 100m),
    ];

    /// <summary>Returns the guideline for a task type; null if there is none.</summary>
    public static SpendGuideline? For(TaskType type)
    {
        var guided = type == Tasks.TaskType.Feature ? Tasks.TaskType.LargeFeature : type;
        return All.FirstOrDefault(guideline => guideline.TaskType == guided);
    }

    private static SpendGuideline Of(string name, TaskType? type, decimal from, decimal to, decimal redFlag) =>
        new(name, type, Money.FromUsd(from), Money.FromUsd(to), Money.FromUsd(redFlag));
}
