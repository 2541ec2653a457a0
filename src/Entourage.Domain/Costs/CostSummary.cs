using System.Globalization;
using Entourage.Domain.Budgets;

namespace Entourage.Domain.Costs;

/// <summary>What a summary is of. The numbers are stored and never change.</summary>
public enum CostHeading
{
    /// <summary>Everything, by day alone; the item is empty.</summary>
    Everything = 0,

    /// <summary>A local hour of the day, by the instant at which it began.</summary>
    Hour = 1,

    /// <summary>A team; only in the summaries of an organisation.</summary>
    Team = 2,

    /// <summary>An agent.</summary>
    Agent = 3,

    /// <summary>A task; the item is empty for the work on none.</summary>
    Task = 4,

    /// <summary>A model; the item is empty where nobody said which.</summary>
    Model = 5,
}

/// <summary>The key of a summary.</summary>
/// <param name="SubjectId">The team or the organisation whose costs they are.</param>
/// <param name="Heading">What it is of.</param>
/// <param name="Day">The local day; <see cref="BudgetCalendar.Always"/> for all of them.</param>
/// <param name="Item">Which hour, team, agent, task or model.</param>
public readonly record struct CostSummaryKey(Guid SubjectId, CostHeading Heading, DateOnly Day, string Item)
{
    /// <summary>The key in words.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"summary of {SubjectId}, {Heading} '{Item}', {Day:yyyy-MM-dd}");
}

/// <summary>Whose some usage is, and when it happened: all that decides which summaries it is part of.</summary>
/// <param name="OrganisationId">The organisation.</param>
/// <param name="TeamId">The team.</param>
/// <param name="Calendar">The calendar of the team.</param>
/// <param name="AgentId">The agent.</param>
/// <param name="TaskId">The task, if any.</param>
/// <param name="Model">The model; empty when nobody said.</param>
/// <param name="QuarterAt">The quarter of an hour that it is counted in (UTC).</param>
public sealed record CostOrigin(
    Guid OrganisationId, Guid TeamId, BudgetCalendar Calendar, Guid AgentId, long? TaskId, string Model, DateTimeOffset QuarterAt);

/// <summary>
/// What a team or an organisation used under one heading, in one local day or ever. Reports read these and what the rollups have
/// beyond them, so their time does not grow with the sessions.
/// </summary>
public sealed class CostSummary
{
    /// <summary>The longest item: a model's name.</summary>
    public const int ItemLength = Agents.Agent.ModelLength;

    private CostSummary()
    {
    }

    /// <summary>The team or the organisation.</summary>
    public Guid SubjectId { get; private init; }

    /// <summary>What it is of.</summary>
    public CostHeading Heading { get; private init; }

    /// <summary>The local day; <see cref="BudgetCalendar.Always"/> for all of them.</summary>
    public DateOnly Day { get; private init; }

    /// <summary>Which hour, team, agent, task or model.</summary>
    public string Item { get; private init; } = "";

    /// <summary>What was used.</summary>
    public UsageAmounts Amounts { get; private init; } = new();

    /// <summary>The key.</summary>
    public CostSummaryKey Key => new(SubjectId, Heading, Day, Item);

    /// <summary>Makes a summary.</summary>
    public static CostSummary Create(CostSummaryKey key, UsageSum sum) =>
        new() { SubjectId = key.SubjectId, Heading = key.Heading, Day = key.Day, Item = key.Item, Amounts = UsageAmounts.Of(sum) };

    /// <summary>The text of an hour as an item.</summary>
    public static string ItemOf(DateTimeOffset hour) => hour.UtcDateTime.ToString("yyyy-MM-ddTHH:mmZ", CultureInfo.InvariantCulture);

    /// <summary>The hour of an item.</summary>
    public static DateTimeOffset HourOf(string item) =>
        DateTimeOffset.ParseExact(item, "yyyy-MM-ddTHH:mmZ", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}

/// <summary>Adds usage up into summaries.</summary>
public sealed class CostSummarySums
{
    private readonly Dictionary<CostSummaryKey, UsageSum> sums = [];

    /// <summary>Each summary, and what there is to add to it.</summary>
    public IReadOnlyDictionary<CostSummaryKey, UsageSum> Sums => sums;

    /// <summary>Adds some usage to the summaries of its team, in the days of the team.</summary>
    public void AddToTeam(CostOrigin origin, UsageSum sum)
    {
        ArgumentNullException.ThrowIfNull(origin);
        Add(origin, origin.TeamId, origin.Calendar, sum);
    }

    /// <summary>Adds some usage to the summaries of its organisation, in days of UTC.</summary>
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
        return day;
    }

    private void Add(Guid subjectId, CostHeading heading, DateOnly day, string item, UsageSum sum)
    {
        AddOnce(new(subjectId, heading, day, item), sum);
        AddOnce(new(subjectId, heading, BudgetCalendar.Always, item), sum);
    }

    private void AddOnce(CostSummaryKey key, UsageSum sum) => sums[key] = sums.GetValueOrDefault(key) + sum;
}
