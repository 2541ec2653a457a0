using System.Globalization;
using Entourage.Domain.Budgets;
using Entourage.Domain.Organisations;

namespace Entourage.Domain.Alerts;

/// <summary>A notice that people of a team should look at. A team has at most one for each kind, cause and window.</summary>
public sealed class Alert
{
    /// <summary>The longest cause: a prefix and a model name or two ids.</summary>
    public const int CauseLength = 200;

    /// <summary>The longest window: an instant.</summary>
    public const int WindowLength = 40;

    /// <summary>The longest name of a person who acknowledges an alert, in UTF-16 code units.</summary>
    public const int AcknowledgedByLength = Organisation.NameLength;

    /// <summary>The longest message, in UTF-16 code units. Longer ones are cut.</summary>
    public const int MessageLength = 500;

    private Alert()
    {
    }

    /// <summary>The store's sequence number; unique.</summary>
    public long Sequence { get; private init; }

    /// <summary>A version-7 UUID.</summary>
    public Guid Id { get; private init; }

    /// <summary>The team that the alert is for.</summary>
    public Guid TeamId { get; private init; }

    /// <summary>The agent that the alert is about, if any.</summary>
    public Guid? AgentId { get; private init; }

    /// <summary>The session that the alert is about, if any.</summary>
    public long? SessionId { get; private init; }

    /// <summary>The task that the alert is about, if any.</summary>
    public long? TaskId { get; private init; }

    /// <summary>The kind of alert.</summary>
    public AlertKind Kind { get; private init; }

    /// <summary>What raised the alert; unique within its team, kind and window.</summary>
    public string Cause { get; private init; } = "";

    /// <summary>The window: its first local day, the instant at which it began, or <c>total</c>.</summary>
    public string Window { get; private init; } = "";

    /// <summary>The text for people.</summary>
    public string Message { get; private init; } = "";

    /// <summary>The figures for programs.</summary>
    public AlertDetails Details { get; private init; } = new();

    /// <summary>Whether someone has acknowledged the alert, as stored. <see cref="StatusAt"/> also knows whether it has closed.</summary>
    public AlertStatus Status { get; private set; }

    /// <summary>When it closes by itself (UTC): at the end of its window. Null if it stays open until it is acknowledged.</summary>
    public DateTimeOffset? ClosesAt { get; private init; }

    /// <summary>When it was raised (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>When it was first acknowledged (UTC).</summary>
    public DateTimeOffset? AcknowledgedAt { get; private set; }

    /// <summary>The name of the actor who first acknowledged it, at most <see cref="AcknowledgedByLength"/> UTF-16 code units.</summary>
    public string? AcknowledgedBy { get; private set; }

    /// <summary>Incremented by each change, for optimistic concurrency.</summary>
    public long Version { get; private set; }

    /// <summary>Creates an open alert.</summary>
    /// <param name="finding">What was found.</param>
    /// <param name="subject">The team, agent, session and task that it is about.</param>
    /// <param name="now">The current time (UTC).</param>
    public static Alert Raise(AlertFinding finding, AlertSubject subject, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(finding);
        ArgumentNullException.ThrowIfNull(subject);
        return new()
        {
            Id = Guid.CreateVersion7(now),
            TeamId = subject.TeamId,
            AgentId = subject.AgentId,
            SessionId = subject.SessionId,
            TaskId = subject.TaskId,
            Kind = finding.Kind,
            Cause = finding.Cause,
            Window = finding.Window,
            Message = finding.Message.Length <= MessageLength ? finding.Message : finding.Message[..MessageLength],
            Details = finding.Details,
            CreatedAt = now,
            ClosesAt = finding.ClosesAt,
        };
    }

    /// <summary>The unique key of the alert.</summary>
    public AlertKey Key => new(TeamId, Kind, Cause, Window);

    /// <summary>Acknowledges the alert. Has no effect if it is already acknowledged.</summary>
    /// <param name="by">The name of the actor.</param>
    /// <param name="now">The current time (UTC).</param>
    public void Acknowledge(string by, DateTimeOffset now)
    {
        if (Status == AlertStatus.Open)
        {
            (Status, AcknowledgedAt, AcknowledgedBy) = (AlertStatus.Acknowledged, now, by);
            Version++;
        }
    }

    /// <summary>The status at an instant. An open alert closes when its window ends.</summary>
    /// <param name="now">The instant (UTC).</param>
    public AlertStatus StatusAt(DateTimeOffset now) => Status == AlertStatus.Open && ClosesAt <= now ? AlertStatus.Closed : Status;
}

/// <summary>The unique key of an alert.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="Kind">The kind of alert.</param>
/// <param name="Cause">What raised the alert.</param>
/// <param name="Window">The window.</param>
public readonly record struct AlertKey(Guid TeamId, AlertKind Kind, string Cause, string Window);

/// <summary>The subject of an alert.</summary>
/// <param name="TeamId">The team that the alert is for.</param>
/// <param name="AgentId">The agent, if any.</param>
/// <param name="SessionId">The session, if any.</param>
/// <param name="TaskId">The task, if any.</param>
public sealed record AlertSubject(Guid TeamId, Guid? AgentId = null, long? SessionId = null, long? TaskId = null)
{
    /// <summary>
    /// The owner of a budget. The caller that crosses a line is not the subject, because the next caller would have crossed it too.
    /// </summary>
    /// <param name="budget">The budget.</param>
    /// <param name="teamId">The team that the alert is for.</param>
    public static AlertSubject Of(Budget budget, Guid teamId)
    {
        ArgumentNullException.ThrowIfNull(budget);
        return budget.Scope switch
        {
            BudgetScope.Agent => new(teamId, AgentId: Guid.Parse(budget.ScopeId)),
            BudgetScope.Task => new(teamId, TaskId: long.Parse(budget.ScopeId, CultureInfo.InvariantCulture)),
            BudgetScope.Session => new(teamId, SessionId: long.Parse(budget.ScopeId, CultureInfo.InvariantCulture)),
            _ => new(teamId),
        };
    }
}

/// <summary>The result of a detector, from which an alert is raised.</summary>
/// <param name="Kind">The kind of alert.</param>
/// <param name="Cause">What raised the alert, at most <see cref="Alert.CauseLength"/> characters.</param>
/// <param name="Window">The window within which the cause is reported once.</param>
/// <param name="Message">The text for people.</param>
/// <param name="Details">The figures for programs.</param>
public sealed record AlertFinding(AlertKind Kind, string Cause, string Window, string Message, AlertDetails Details)
{
    /// <summary>The window of a cause that is reported only once, ever.</summary>
    public const string Always = "total";

    /// <summary>When the alert closes by itself (UTC), because it concerns only a window that ends then; null for never.</summary>
    public DateTimeOffset? ClosesAt { get; init; }
}
