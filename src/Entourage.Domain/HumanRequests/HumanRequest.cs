using Entourage.Domain.Agents;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;
using Entourage.Domain.Tasks;
using Entourage.Domain.Teams;

namespace Entourage.Domain.HumanRequests;

/// <summary>What an agent asks a person for.</summary>
public enum HumanRequestKind
{
    /// <summary>More money.</summary>
    BudgetIncrease,

    /// <summary>An answer.</summary>
    Question,
}

/// <summary>The status of a human request.</summary>
public enum HumanRequestStatus
{
    /// <summary>Not answered yet.</summary>
    Pending,

    /// <summary>Approved, or answered if it is a question.</summary>
    Approved,

    /// <summary>Denied.</summary>
    Denied,
}

/// <summary>A question or a request for money that an agent puts to a person. It is answered once.</summary>
public sealed class HumanRequest
{
    /// <summary>The longest question, in UTF-16 code units.</summary>
    public const int QuestionLength = 4_000;

    /// <summary>The longest response, in UTF-16 code units.</summary>
    public const int ResponseLength = 4_000;

    private HumanRequest()
    {
    }

    /// <summary>The store's sequence number.</summary>
    public long Sequence { get; private init; }

    /// <summary>A version-7 UUID.</summary>
    public Guid Id { get; private init; }

    /// <summary>The team of the agent.</summary>
    public Guid TeamId { get; private init; }

    /// <summary>The agent that asks.</summary>
    public Guid AgentId { get; private init; }

    /// <summary>The session that the request is for, if any.</summary>
    public long? SessionId { get; private init; }

    /// <summary>The task of that session, if any.</summary>
    public long? TaskId { get; private init; }

    /// <summary>The kind of request.</summary>
    public HumanRequestKind Kind { get; private init; }

    /// <summary>The text of the request.</summary>
    public string Question { get; private init; } = "";

    /// <summary>The requested amount (USD); null if it is not stated, and for a question.</summary>
    public Money? Requested { get; private init; }

    /// <summary>When the request was created (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>The status.</summary>
    public HumanRequestStatus Status { get; private set; }

    /// <summary>The person's response, if any.</summary>
    public string? Response { get; private set; }

    /// <summary>When it was answered (UTC); null while it is pending.</summary>
    public DateTimeOffset? RespondedAt { get; private set; }

    /// <summary>The granted amount (USD); null if nothing was granted.</summary>
    public Money? Granted { get; private set; }

    /// <summary>The scope of the raised cap, a task or a team; null if no cap was raised.</summary>
    public BudgetScope? GrantScope { get; private set; }

    /// <summary>When the raise ends (UTC); null for a task's cap, which is raised permanently.</summary>
    public DateTimeOffset? GrantEndsAt { get; private set; }

    /// <summary>Incremented by each change, for optimistic concurrency.</summary>
    public long Version { get; private set; }

    /// <summary>Creates a pending request.</summary>
    /// <param name="agent">The agent that asks.</param>
    /// <param name="session">The session that the request is for, one of the agent's own.</param>
    /// <param name="kind">The kind of request.</param>
    /// <param name="question">The text of the request.</param>
    /// <param name="requested">The requested amount (USD), if stated.</param>
    /// <param name="now">The current time (UTC).</param>
    public static HumanRequest Ask(Agent agent, Session? session, HumanRequestKind kind, string question, Money? requested, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        TeamId = session?.TeamId ?? agent.TeamId,
        AgentId = agent.Id,
        SessionId = session?.Id,
        TaskId = session?.TaskId,
        Kind = kind,
        Question = question,
        Requested = requested,
        CreatedAt = now,
    };

    /// <summary>Creates the finding that alerts people about the request, once.</summary>
    /// <param name="agentName">The agent's display name.</param>
    public AlertFinding ToFinding(string agentName) => new(
        AlertKind.HumanRequest,
        $"request:{Id}",
        AlertFinding.Always,
        Requested is { } requested ? $"{agentName} asks for {requested.ToShortString()} more: {Question}" : $"{agentName} asks: {Question}",
        new() { HumanRequestId = Id, Requested = Requested });

    /// <summary>Denies the request.</summary>
    /// <exception cref="RuleViolationException"><c>already-answered</c>: the request is not pending.</exception>
    public void Deny(string? response, DateTimeOffset now)
    {
        EnsurePending();
        Close(HumanRequestStatus.Denied, response, now);
    }

    /// <summary>
    /// Approves the request. A grant raises the cap of the session's task permanently. If there is no task, or it has no cap, the grant
    /// raises the team's daily cap for the current local day. A grant never creates a cap.
    /// </summary>
    /// <param name="response">The person's response.</param>
    /// <param name="granted">The amount to grant (USD); null grants the requested amount.</param>
    /// <param name="team">The agent's team.</param>
    /// <param name="task">The task of the session, if any.</param>
    /// <param name="now">The current time (UTC).</param>
    /// <exception cref="RuleViolationException">
    /// <c>already-answered</c>; <c>validation</c>: no amount was stated, or a question is granted money; <c>nothing-to-raise</c>: neither
    /// the task nor the team's day has a cap; <c>cap-too-large</c>.
    /// </exception>
    public void Approve(string? response, Money? granted, Team team, WorkTask? task, DateTimeOffset now)
    {
        EnsurePending();
        if (Kind == HumanRequestKind.BudgetIncrease)
        {
            var amount = granted ?? Requested
                ?? throw new RuleViolationException("validation", "The request names no amount. State how much to grant.", nameof(Granted));
            if (task is not null && task.CapIn(team.Limits) is not null)
            {
                task.RaiseCap(amount, team.Limits, now);
                GrantScope = BudgetScope.Task;
            }
            else
            {
                GrantEndsAt = team.RaiseDailyCap(amount, now);
                GrantScope = BudgetScope.Team;
            }

            Granted = amount;
        }
        else if (granted is not null)
        {
            throw new RuleViolationException("validation", "A question cannot be granted money.", nameof(Granted));
        }

        Close(HumanRequestStatus.Approved, response, now);
    }

    private void EnsurePending()
    {
        if (Status != HumanRequestStatus.Pending)
        {
            throw new RuleViolationException("already-answered", $"Request {Id} has already been answered.");
        }
    }

    private void Close(HumanRequestStatus status, string? response, DateTimeOffset now)
    {
        (Status, Response, RespondedAt) = (status, response, now);
        Version++;
    }
}
