using System.Globalization;
using Entourage.Domain.Budgets;

namespace Entourage.Domain.Alerts;

/// <summary>Something that a person of a team should look at. There is one for each cause and window, however often it is met.</summary>
public sealed class Alert
{
    /// <summary>The longest cause: a kind of thing, a model's name or two ids, and a few words.</summary>
    public const int CauseLength = 200;

    /// <summary>The longest name of a window: an instant.</summary>
    public const int WindowLength = 40;

    /// <summary>The longest message.</summary>
    public const int MessageLength = 500;

    private Alert()
    {
    }

    /// <summary>The order in which the store took it; unique.</summary>
    public long Sequence { get; private init; }

    /// <summary>A version-7 UUID.</summary>
    public Guid Id { get; private init; }

    /// <summary>The team whose people should look.</summary>
    public Guid TeamId { get; private init; }

    /// <summary>The agent that gave cause, if it was one.</summary>
    public Guid? AgentId { get; private init; }

    /// <summary>The session that gave cause, if it was one.</summary>
    public long? SessionId { get; private init; }

    /// <summary>The task that it concerns, if there is one.</summary>
    public long? TaskId { get; private init; }

    /// <summary>What it is about.</summary>
    public AlertKind Kind { get; private init; }

    /// <summary>What gave cause; with the window, unique for its kind and team.</summary>
    public string Cause { get; private init; } = "";

    /// <summary>In which window: its first local day, the instant at which it began, or <c>total</c>.</summary>
    public string Window { get; private init; } = "";

    /// <summary>What is the matter, in plain words.</summary>
    public string Message { get; private init; } = "";

    /// <summary>The figures of it.</summary>
    public AlertDetails Details { get; private init; } = new();

    /// <summary>Whether somebody has seen it.</summary>
    public AlertStatus Status { get; private set; }

    /// <summary>When it was raised (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>When somebody first said that it was seen (UTC).</summary>
    public DateTimeOffset? AcknowledgedAt { get; private set; }

    /// <summary>Incremented by each change; two writers of one version collide.</summary>
    public long Version { get; private set; }

    /// <summary>Raises an alert.</summary>
    /// <param name="finding">What was found.</param>
    /// <param name="subject">Whom it is about.</param>
    /// <param name="now">The present (UTC).</param>
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
        };
    }

    /// <summary>What it is the only one of.</summary>
    public AlertKey Key => new(TeamId, Kind, Cause, Window);

    /// <summary>Notes that somebody has seen it. Saying so again changes nothing.</summary>
    /// <param name="now">The present (UTC).</param>
    public void Acknowledge(DateTimeOffset now)
    {
        if (Status == AlertStatus.Open)
        {
            (Status, AcknowledgedAt) = (AlertStatus.Acknowledged, now);
            Version++;
        }
    }
}

/// <summary>What there is one alert of.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Cause">What gave cause.</param>
/// <param name="Window">In which window.</param>
public readonly record struct AlertKey(Guid TeamId, AlertKind Kind, string Cause, string Window);

/// <summary>Whom an alert is about.</summary>
/// <param name="TeamId">The team whose people should look.</param>
/// <param name="AgentId">The agent that gave cause, if it was one.</param>
/// <param name="SessionId">The session that gave cause, if it was one.</param>
/// <param name="TaskId">The task that it concerns, if there is one.</param>
public sealed record AlertSubject(Guid TeamId, Guid? AgentId = null, long? SessionId = null, long? TaskId = null)
{
    /// <summary>The owner of a budget, rather than the caller that happened to cross a line of it: the next one would have.</summary>
    /// <param name="window">A window of the budget.</param>
    /// <param name="teamId">The team whose people should look.</param>
    public static AlertSubject Of(BudgetWindow window, Guid teamId) => window.Scope switch
    {
        BudgetScope.Agent => new(teamId, AgentId: Guid.Parse(window.ScopeId)),
        BudgetScope.Task => new(teamId, TaskId: long.Parse(window.ScopeId, CultureInfo.InvariantCulture)),
        BudgetScope.Session => new(teamId, SessionId: long.Parse(window.ScopeId, CultureInfo.InvariantCulture)),
        _ => new(teamId),
    };
}

/// <summary>What a rule has found, and that an alert is to say.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Cause">What gave cause, at most <see cref="Alert.CauseLength"/> characters.</param>
/// <param name="Window">In which window.</param>
/// <param name="Message">What is the matter, in plain words.</param>
/// <param name="Details">The figures of it.</param>
public sealed record AlertFinding(AlertKind Kind, string Cause, string Window, string Message, AlertDetails Details)
{
    /// <summary>The window of what is said once for ever.</summary>
    public const string Always = "total";
}
