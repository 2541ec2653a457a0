using Entourage.Domain.Agents;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;
using Entourage.Domain.Tasks;
using Entourage.Domain.Teams;

namespace Entourage.Domain.HumanRequests;

/// <summary>What an agent wants of a person.</summary>
public enum HumanRequestKind
{
    /// <summary>More money.</summary>
    BudgetIncrease,

    /// <summary>An answer.</summary>
    Question,
}

/// <summary>How a request stands.</summary>
public enum HumanRequestStatus
{
    /// <summary>Nobody has answered.</summary>
    Pending,

    /// <summary>A person agreed, or answered.</summary>
    Approved,

    /// <summary>A person refused.</summary>
    Denied,
}

/// <summary>Something that an agent asks a person for. It is answered once.</summary>
public sealed class HumanRequest
{
    /// <summary>The longest question, in UTF-16 code units.</summary>
    public const int QuestionLength = 4_000;

    /// <summary>The longest response, in UTF-16 code units.</summary>
    public const int ResponseLength = 4_000;

    private HumanRequest()
    {
    }

    /// <summary>The order in which the store took it.</summary>
    public long Sequence { get; private init; }

    /// <summary>A version-7 UUID.</summary>
    public Guid Id { get; private init; }

    /// <summary>The team of the agent.</summary>
    public Guid TeamId { get; private init; }

    /// <summary>The agent that asks.</summary>
    public Guid AgentId { get; private init; }

    /// <summary>The session it asks for, if any.</summary>
    public long? SessionId { get; private init; }

    /// <summary>The task of that session, if any.</summary>
    public long? TaskId { get; private init; }

    /// <summary>What it wants.</summary>
    public HumanRequestKind Kind { get; private init; }

    /// <summary>What it says.</summary>
    public string Question { get; private init; } = "";

    /// <summary>How much more it wants (USD); null where it does not say, and for a question.</summary>
    public Money? Requested { get; private init; }

    /// <summary>When it asked (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>How it stands.</summary>
    public HumanRequestStatus Status { get; private set; }

    /// <summary>What a person said to it, if anything.</summary>
    public string? Response { get; private set; }

    /// <summary>When it was answered (UTC); null before.</summary>
    public DateTimeOffset? RespondedAt { get; private set; }

    /// <summary>How much was granted (USD); null where nothing was.</summary>
    public Money? Granted { get; private set; }

    /// <summary>Whose cap was raised, the task's or the team's; null where none was.</summary>
    public BudgetScope? GrantScope { get; private set; }

    /// <summary>When the raise ends or ended (UTC); null for a task's, which ends with the task.</summary>
    public DateTimeOffset? GrantEndsAt { get; private set; }

    /// <summary>Incremented by each change; two writers of one version collide.</summary>
    public long Version { get; private set; }

    /// <summary>Asks.</summary>
    /// <param name="agent">The agent that asks.</param>
    /// <param name="session">The session that it asks for, one of its own.</param>
    /// <param name="kind">What it wants.</param>
    /// <param name="question">What it says.</param>
    /// <param name="requested">How much more it wants (USD).</param>
    /// <param name="now">The present (UTC).</param>
    public static HumanRequest Ask(Agent agent, Session? session, HumanRequestKind kind, string question, Money? requested, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        TeamId = agent.TeamId,
        AgentId = agent.Id,
        SessionId = session?.Id,
        TaskId = session?.TaskId,
        Kind = kind,
        Question = question,
        Requested = requested,
        CreatedAt = now,
    };

    /// <summary>What people are told of it, once.</summary>
    /// <param name="agentName">What the agent is called.</param>
    public AlertFinding QueryExtensions(string agentName) => new(
        AlertKind.HumanRequest,
        $"request:{Id}",
        AlertFinding.Always,
        Requested is { } requested ? $"{agentName} asks for {requested.ToShortString()} more: {Question}" : $"{agentName} asks: {Question}",
        new() { HumanRequestId = Id, Requested = Requested });

    /// <summary>Refuses it.</summary>
    /// <exception cref="RuleViolationException"><c>already-answered</c>.</exception>
    public void Deny(string? response, DateTimeOffset now)
    {
        EnsurePending();
        Close(HumanRequestStatus.Denied, response, now);
    }

    /// <summary>
    /// Agrees to it. Money raises the cap of the task that the session works on, for good; where there is no such task, or it has no cap, it
    /// raises the team's daily cap, for the present local day alone. What has no cap gets none.
    /// </summary>
    /// <param name="response">What the person says to it.</param>
    /// <param name="granted">How much more there is to be (USD); null takes what was asked for.</param>
    /// <param name="team">The agent's team.</param>
    /// <param name="task">The task of the session, if any.</param>
    /// <param name="now">The present (UTC).</param>
    /// <exception cref="RuleViolationException">
    /// <c>already-answered</c>; <c>validation</c>: nobody said how much, or a question is given money; <c>nothing-to-raise</c>: neither the task nor
    /// the team's day has a cap; <c>cap-too-large</c>.
    /// </exception>
    public void Approve(string? response, Money? granted, Team team, WorkTask? task, DateTimeOffset now)
    {
        EnsurePending();
        if (Kind == HumanRequestKind.BudgetIncrease)
        {
            var amount = granted ?? Requested
                ?? throw new RuleViolationException("validation", "The request names no amount: say how much is granted.", "GrantedUsd");
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
            throw new RuleViolationException("validation", "A question is answered, and given no money.", "GrantedUsd");
        }

        Close(HumanRequestStatus.Approved, response, now);
    }

    private void EnsurePending()
    {
        if (Status != HumanRequestStatus.Pending)
        {
            throw new RuleViolationException("already-answered", $"The request {Id} was answered already.");
        }
    }

    private void Close(HumanRequestStatus status, string? response, DateTimeOffset now)
    {
        (Status, Response, RespondedAt) = (status, response, now);
        Version++;
    }
}
