using System.Globalization;
using Entourage.Domain.Budgets;
using Entourage.Domain.Labels;

namespace Entourage.Domain.Costs;

/// <summary>The heading of a summary. The numbers are stored and must never change.</summary>
public enum CostHeading
{
    /// <summary>All usage of a day; the item is empty.</summary>
    Everything = 0,

    /// <summary>A local hour, identified by the instant at which it began.</summary>
    Hour = 1,

    /// <summary>A team, only in the summaries of an organisation.</summary>
    Team = 2,

    /// <summary>An agent.</summary>
    Agent = 3,

    /// <summary>A task; the item is empty for work without a task.</summary>
    Task = 4,

    /// <summary>A model; the item is empty if it is unknown.</summary>
    Model = 5,

    /// <summary>A label, as <c>key=value</c>. A usage counts under each of its labels.</summary>
    Label = 6,
}

/// <summary>The unique key of a summary.</summary>
/// <param name="SubjectId">The team or organisation.</param>
/// <param name="Heading">The heading.</param>
/// <param name="Day">The local day; <see cref="BudgetCalendar.Always"/> for all days.</param>
/// <param name="Item">The hour, team, agent, task, model or label.</param>
public readonly record struct CostSummaryKey(Guid SubjectId, CostHeading Heading, DateOnly Day, string Item)
{
    /// <summary>The key, for messages.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"summary of {SubjectId}, {Heading} '{Item}', {Day:yyyy-MM-dd}");
}

/// <summary>The owner and time of a usage, which determine the summaries that it is part of.</summary>
/// <param name="OrganisationId">The organisation.</param>
/// <param name="TeamId">The team.</param>
/// <param name="Calendar">The team's calendar.</param>
/// <param name="AgentId">The agent.</param>
/// <param name="TaskId">The task, if any.</param>
/// <param name="Model">The model; empty when unknown.</param>
/// <param name="QuarterAt">When the quarter of an hour of the usage began (UTC).</param>
public sealed record CostOrigin(
    Guid OrganisationId, Guid TeamId, BudgetCalendar Calendar, Guid AgentId, long? TaskId, string Model, DateTimeOffset QuarterAt)
{
    /// <summary>The labels of the usage, those of its session included.</summary>
    public IReadOnlyList<Label> Labels { get; init; } = [];
}

/// <summary>
/// The usage of a team or an organisation under one heading, in one local day or in total. Reports read these plus the rollups that are not
/// yet included, so their time does not grow with the number of sessions.
/// </summary>
public sealed class CostSummary
{
    /// <summary>The longest item: a label.</summary>
    public const int ItemLength = LabelSet.PairLength;

    private CostSummary()
    {
    }

    /// <summary>The team or organisation.</summary>
    public Guid SubjectId { get; private init; }

    /// <summary>The heading.</summary>
    public CostHeading Heading { get; private init; }

    /// <summary>The local day; <see cref="BudgetCalendar.Always"/> for all days.</summary>
    public DateOnly Day { get; private init; }

    /// <summary>The hour, team, agent, task, model or label.</summary>
    public string Item { get; private init; } = "";

    /// <summary>The usage.</summary>
    public UsageAmounts Amounts { get; private init; } = new();

    /// <summary>The unique key.</summary>
    public CostSummaryKey Key => new(SubjectId, Heading, Day, Item);

    /// <summary>Creates a summary.</summary>
    public static CostSummary Create(CostSummaryKey key, UsageSum sum) =>
        new() { SubjectId = key.SubjectId, Heading = key.Heading, Day = key.Day, Item = key.Item, Amounts = UsageAmounts.Of(sum) };

    /// <summary>Formats an hour as an item.</summary>
    public static string ItemOf(DateTimeOffset hour) => hour.UtcDateTime.ToString("yyyy-MM-ddTHH:mmZ", CultureInfo.InvariantCulture);

    /// <summary>Reads the hour of an item.</summary>
    public static DateTimeOffset HourOf(string item) =>
        DateTimeOffset.ParseExact(item, "yyyy-MM-ddTHH:mmZ", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}

/// <summary>Adds usage to summaries.</summary>
public sealed class CostSummarySums
{
    private readonly Dictionary<CostSummaryKey, UsageSum> sums = [];

    /// <summary>The amount to add to each summary.</summary>
    public IReadOnlyDictionary<CostSummaryKey, UsageSum> Sums => sums;

    /// <summary>Adds usage to the summaries of its team, by the team's local days.</summary>
    public void AddToTeam(CostOrigin origin, UsageSum sum)
    {
        ArgumentNullException.ThrowIfNull(origin);
        Add(origin, origin.TeamId, origin.Calendar, sum);
    }

    /// <summary>Adds usage to the summaries of its organisation, by UTC days.</summary>
    public void AddToOrganisation(CostOrigin origin, UsageSum sum)
    {
        ArgumentNullException.ThrowIfNull(origin);
        var day = Add(origin, origin.OrganisationId, BudgetCalendar.Utc, sum);
        Add(origin.OrganisationId, CostHeading.Team, day, BudgetWindow.IdOf(origin.TeamId), sum);
    }

    private DateOnly Add(CostOrigin origin, Guid subjectId, BudgetCalendar calendar, UsageSum sum)
    {
        var day = calendar.WindowOf(BudgetPeriod.Day, origin.QuarterAt);
        AddOnce(new(subjectId, CostHeading.Everything, day, ""), sum);
        AddOnce(new(subjectId, CostHeading.Hour, day, CostSummary.ItemOf(calendar.HourOf(origin.QuarterAt))), sum);
        Add(subjectId, CostHeading.Agent, day, BudgetWindow.IdOf(origin.AgentId), sum);
        Add(subjectId, CostHeading.Task, day, origin.TaskId is { } task ? BudgetWindow.IdOf(task) : "", sum);
        Add(subjectId, CostHeading.Model, day, origin.Model, sum);
        foreach (var label in origin.Labels)
        {
            Add(subjectId, CostHeading.Label, day, label.ToString(), sum);
        }

        return day;
    }

    private void Add(Guid subjectId, CostHeading heading, DateOnly day, string item, UsageSum sum)
    {
        AddOnce(new(subjectId, heading, day, item), sum);
        AddOnce(new(subjectId, heading, BudgetCalendar.Always, item), sum);
    }

    private void AddOnce(CostSummaryKey key, UsageSum sum) => sums[key] = sums.GetValueOrDefault(key) + sum;
}
