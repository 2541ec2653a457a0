using System.Text.Json;

namespace Entourage.Client.Contracts;

/// <summary>Something that a person should look at.</summary>
public sealed record Alert
{
    /// <summary>Its id.</summary>
    public Guid Id { get; init; }

    /// <summary>The team whose people should look.</summary>
    public Guid TeamId { get; init; }

    /// <summary>The agent that gave cause, if it was one.</summary>
    public Guid? AgentId { get; init; }

    /// <summary>The session that gave cause, if it was one.</summary>
    public long? SessionId { get; init; }

    /// <summary>The task that it concerns, if there is one.</summary>
    public long? TaskId { get; init; }

    /// <summary>What it is about: <c>budget_exceeded</c>, <c>runaway_tokens</c> and so on.</summary>
    public string Kind { get; init; } = "";

    /// <summary>What gave cause.</summary>
    public string Cause { get; init; } = "";

    /// <summary>In which window.</summary>
    public string Window { get; init; } = "";

    /// <summary>What is the matter, in plain words.</summary>
    public string Message { get; init; } = "";

    /// <summary>The figures of it, as far as its kind has them: a JSON object.</summary>
    public JsonElement Details { get; init; }

    /// <summary><c>open</c> or <c>acknowledged</c>.</summary>
    public string Status { get; init; } = "";

    /// <summary>When it was raised (UTC).</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When somebody first said that it was seen (UTC).</summary>
    public DateTimeOffset? AcknowledgedAt { get; init; }
}

/// <summary>Something that an agent asks a person for.</summary>
/// <param name="AgentId">The agent that asks.</param>
/// <param name="Kind"><c>budget_increase</c> or <c>question</c>.</param>
/// <param name="Question">What it says.</param>
public sealed record HumanQuestion(Guid AgentId, string Kind, string Question)
{
    /// <summary>The session of its own that it asks for. More money goes to that session's task, if it has a cap.</summary>
    public long? SessionId { get; init; }

    /// <summary>How much more it wants (USD).</summary>
    public decimal? RequestedUsd { get; init; }
}

/// <summary>What a person says to a request.</summary>
/// <param name="Decision"><c>approved</c> or <c>denied</c>.</param>
public sealed record HumanAnswer(string Decision)
{
    /// <summary>What the person says to it.</summary>
    public string? Response { get; init; }

    /// <summary>How much more there is to be (USD); what was asked for when absent.</summary>
    public decimal? GrantedUsd { get; init; }
}

/// <summary>Something that an agent asked a person for, and what became of it.</summary>
public sealed record HumanRequest
{
    /// <summary>Its id.</summary>
    public Guid Id { get; init; }

    /// <summary>The team of the agent.</summary>
    public Guid TeamId { get; init; }

    /// <summary>The agent that asks.</summary>
    public Guid AgentId { get; init; }

    /// <summary>What the agent is called.</summary>
    public string AgentName { get; init; } = "";

    /// <summary>The session it asks for, if any.</summary>
    public long? SessionId { get; init; }

    /// <summary>The task of that session, if any.</summary>
    public long? TaskId { get; init; }

    /// <summary><c>budget_increase</c> or <c>question</c>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>What it says.</summary>
    public string Question { get; init; } = "";

    /// <summary>How much more it wants (USD).</summary>
    public decimal? RequestedUsd { get; init; }

    /// <summary><c>pending</c>, <c>approved</c> or <c>denied</c>.</summary>
    public string Status { get; init; } = "";

    /// <summary>When it asked (UTC).</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was answered (UTC).</summary>
    public DateTimeOffset? RespondedAt { get; init; }

    /// <summary>What a person said to it.</summary>
    public string? Response { get; init; }

    /// <summary>How much was granted (USD).</summary>
    public decimal? GrantedUsd { get; init; }

    /// <summary>Whose cap was raised: <c>task</c> or <c>team</c>.</summary>
    public string? GrantedScope { get; init; }

    /// <summary>When the raise ends (UTC).</summary>
    public DateTimeOffset? GrantEndsAt { get; init; }
}

/// <summary>A new key.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Role"><c>agent</c>, <c>lead</c> or <c>admin</c>.</param>
public sealed record KeyStart(string Name, string Role)
{
    /// <summary>The team that a lead acts for.</summary>
    public Guid? TeamId { get; init; }

    /// <summary>The agent that it acts for.</summary>
    public Guid? AgentId { get; init; }

    /// <summary>When it ends (UTC); never when absent.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>A key to the API.</summary>
public sealed record ApiKey
{
    /// <summary>Its id.</summary>
    public Guid Id { get; init; }

    /// <summary>What it is called.</summary>
    public string Name { get; init; } = "";

    /// <summary><c>agent</c>, <c>lead</c> or <c>admin</c>.</summary>
    public string Role { get; init; } = "";

    /// <summary>The team that it acts for, if one.</summary>
    public Guid? TeamId { get; init; }

    /// <summary>The agent that it acts for, if one.</summary>
    public Guid? AgentId { get; init; }

    /// <summary>The key itself; only in the answer that made it.</summary>
    public string? Key { get; init; }

    /// <summary>When it was made (UTC).</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it ends (UTC).</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
