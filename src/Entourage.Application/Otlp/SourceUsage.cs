using System.Text;
using Entourage.Domain;
using Entourage.Domain.Agents;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Otlp;

/// <summary>Whose usage it is.</summary>
/// <param name="AgentId">The agent; null when only the session says.</param>
/// <param name="SessionId">The session that it is to be recorded in; null for the one that the program's own session belongs to.</param>
/// <param name="TaskId">The task that a session opened for it works on.</param>
/// <param name="Name">What the program calls its session.</param>
/// <param name="Process">Which process it is; empty when it does not say.</param>
/// <param name="Billing">How it is paid for.</param>
/// <param name="SubAgent">What the program calls the sub-agent that used it; empty for none.</param>
/// <param name="Mistake">What of its attributes is left out since it names nothing that there is, for a person; empty for none.</param>
public sealed record UsageSource(
    Guid? AgentId, long? SessionId, long? TaskId, string Name, string Process, Billing Billing, string SubAgent = "", string Mistake = "")
{
    /// <summary>The resource attribute that names the agent.</summary>
    public const string AgentAttribute = "entourage.agent_id";

    /// <summary>The attribute that names a session which is open already.</summary>
    public const string SessionAttribute = "entourage.session_id";

    /// <summary>The attribute that names the task.</summary>
    public const string TaskAttribute = "entourage.task_id";

    /// <summary>The attribute that says how it is paid for.</summary>
    public const string BillingAttribute = "entourage.billing";

    private const int NameLength = 500;

    /// <summary>The program's own session, without regard to which of its sub-agents it was.</summary>
    public UsageSource Whole => SubAgent.Length == 0 ? this : this with { SubAgent = "" };

    /// <summary>What the program calls the session that it is recorded in.</summary>
    public string SessionName => SubAgent.Length == 0 ? Name : $"{Name}\n{SubAgent}";

    /// <summary>The same, with a further mistake.</summary>
    public UsageSource Noting(string what) => this with { Mistake = WithMistake(Mistake, what) };

    /// <summary>The same, of a sub-agent where the program says so.</summary>
    /// <param name="subAgent">What the program calls it; null for none.</param>
    /// <param name="fault">Notes a name that is too long.</param>
    internal UsageSource Of(string? subAgent, ItemFault fault)
    {
        if (subAgent?.Length > NameLength)
        {
            fault.Add($"The sub-agent's name has more than {NameLength} characters.");
        }

        return this with { SubAgent = subAgent ?? "" };
    }

    /// <summary>The source of something; null where nobody says which agent it is, or what is said is none.</summary>
    /// <param name="origin">Where it comes from.</param>
    /// <param name="attributes">What is said of it.</param>
    /// <param name="callerAgentId">The agent that the caller acts for: it stands above whatever is said.</param>
    /// <param name="fault">Notes why there is none.</param>
    internal static UsageSource? Of(TelemetryOrigin origin, TelemetryAttributes attributes, Guid? callerAgentId, ItemFault fault)
    {
        var resource = origin.Resource;
        var agentId = callerAgentId;
        if (agentId is null && Said(AgentAttribute) is { } agent)
        {
            if (!Guid.TryParse(agent, out var id))
            {
                fault.Add($"'{AgentAttribute}' is not a UUID.");
                return null;
            }

            agentId = id;
        }

        var mistake = "";
        var sessionId = Number(SessionAttribute);
        if (agentId is null && sessionId is null)
        {
            fault.Add($"No agent: send an agent's key, or set '{AgentAttribute}' in OTEL_RESOURCE_ATTRIBUTES.");
            return null;
        }

        var name = Said("session.id") ?? Said("gen_ai.conversation.id") ?? Said("conversation.id") ?? Said("ai.telemetry.metadata.sessionId") ?? resource.Text("service.instance.id", "service.name") ?? "";
        if (name.Length > NameLength)
        {
            fault.Add($"The session's name has more than {NameLength} characters.");
        }

        var process = resource.Text("service.instance.id") ?? (resource.Text("process.pid") is { } pid ? $"{resource.Text("host.id", "host.name")} {pid}" : "");
        var billing = Billing.Api;
        switch (Said(BillingAttribute))
        {
            case null or "api":
                break;
            case "subscription":
                billing = Billing.Subscription;
                break;
            default:
                NoteMistake($"'{BillingAttribute}' is neither 'api' nor 'subscription', so it counts as paid by the token.");
                break;
        }

        var taskId = Number(TaskAttribute);
        return fault.Reason is null ? new(agentId, sessionId, taskId, name, process, billing, Mistake: mistake) : null;

        string? Said(string name) => attributes.Text(name) ?? resource.Text(name);

        long? Number(string name)
        {
            if (Said(name) is not { } text)
            {
                return null;
            }

            if (long.TryParse(text, out var number))
            {
                return number;
            }

            NoteMistake($"'{name}' is not a number, so it is left out.");
            return null;
        }

        void NoteMistake(string what) => mistake = WithMistake(mistake, what);
    }

    private static string WithMistake(string mistake, string what) => mistake.Length == 0 ? what : $"{mistake} {what}";
}

/// <summary>A usage, as telemetry tells of it.</summary>
/// <param name="Source">Whose it is.</param>
/// <param name="Key">What it is counted once by, among all of its agent's.</param>
/// <param name="At">When it happened (UTC); null when it does not say.</param>
/// <param name="Model">The model, if known.</param>
/// <param name="Tokens">The tokens, cached ones apart, with those that were cached for an hour where the program says so.</param>
/// <param name="Cost">The cost (USD), if the program states it.</param>
/// <param name="Error">The error of a failed call.</param>
/// <param name="HasSums">Whether its program may report the same in running sums, so that what both report is counted once.</param>
public sealed record SourceUsage(
    UsageSource Source, string Key, DateTimeOffset? At, string? Model, BilledTokens Tokens, Money? Cost, string? Error, bool HasSums)
{
    /// <summary>The trace and the span that it is of, where that span may sum up others; empty for none.</summary>
    public string SpanId { get; init; } = "";

    /// <summary>The spans that its own is in, the nearest first: what they report includes it.</summary>
    public IReadOnlyList<string> SpansAbove { get; init; } = [];

    /// <summary>Whether it is a call whatever is in its span: no sum of others.</summary>
    public bool IsCall { get; init; }

    /// <summary>The spans without usage that are in its own.</summary>
    public IReadOnlyList<string> SpansBelow { get; init; } = [];

    /// <summary>Whether the stated cost may include more than the tokens: a fast tier, searches, tries that were broken off.</summary>
    public bool MayCostMore { get; init; }

    /// <summary>The model that was asked for, if known: its price counts where <see cref="Model"/> has none.</summary>
    public string? RequestModel { get; init; }

    /// <summary>A model's name as it is stored: a line without control characters; null for none.</summary>
    public static string? ModelOf(string? text) => Clean(text, Agent.ModelLength, keepLines: false);

    /// <summary>An error's text as it is stored.</summary>
    public static string ErrorOf(string? text) => Clean(text, Session.ErrorLength, keepLines: true) ?? "error";

    /// <summary>
    /// The end of a key. What has no tokens, an error or a stream that did not say, has a key of its own: it must not stand for the same call's usage
    /// that another form reports.
    /// </summary>
    internal static string KeyTailOf(TokenCounts tokens) => tokens == default ? "\nempty" : "";

    /// <summary>What the usage of a span is counted once by: its id, or all that is said of it where it has none that can be read.</summary>
    internal static string KeyOf(TelemetrySpan span, UsageSource source, TokenCounts tokens) =>
        (span.SpanId.Length > 0 ? $"span\n{span.SpanId}" : $"span\n{source.Name}\n{span.Name}\n{span.EndedAt?.UtcTicks}\n{tokens}") + KeyTailOf(tokens);

    /// <summary>Tokens by class. Those that no usage may state are noted as a fault.</summary>
    internal static TokenCounts TokensOf(decimal? input, decimal? output, decimal? cacheRead, decimal? cacheWrite, ItemFault fault)
    {
        return new(Whole("input", input), Whole("output", output), Whole("cache-read", cacheRead), Whole("cache-write", cacheWrite));

        long Whole(string name, decimal? count)
        {
            if (count is null or (>= 0 and <= TokenCounts.LargestInput))
            {
                return (long)(count ?? 0);
            }

            fault.Add($"The {name} tokens must be from 0 to {TokenCounts.LargestInput}.");
            return 0;
        }
    }

    /// <summary>Tokens by class where the input includes the cached ones, as most providers and conventions have it.</summary>
    /// <remarks>
    /// Cached tokens that exceed the input cannot be part of it: then the program's input excludes them. No token is dropped either way.
    /// </remarks>
    internal static TokenCounts TokensWithCachedInput(decimal? input, decimal? output, decimal? cacheRead, decimal? cacheWrite, ItemFault fault)
    {
        var uncached = (input ?? 0) - (cacheRead ?? 0) - (cacheWrite ?? 0);
        return TokensOf(uncached < 0 ? input : uncached, output, cacheRead, cacheWrite, fault);
    }

    /// <summary>A cost, rounded up to the nano-dollar. One that no usage may state is noted as a fault.</summary>
    internal static Money? CostOf(decimal? usd, ItemFault fault)
    {
        switch (usd)
        {
            case null:
                return null;
            case >= 0 and <= 1_000_000:
                return Money.RoundUp(usd.Value);
            default:
                fault.Add($"The cost must be from 0 to {Money.LargestInput} dollars.");
                return null;
        }
    }

    private static string? Clean(string? text, int longest, bool keepLines)
    {
        if (text is null)
        {
            return null;
        }

        // A text may be as long as a request: no more of it is looked at than is kept.
        var cleaned = new StringBuilder(Math.Min(text.Length, longest + 1));
        foreach (var character in text)
        {
            if ((!char.IsControl(character) || (keepLines && character is '\n' or '\t')) && (cleaned.Length > 0 || !char.IsWhiteSpace(character)))
            {
                cleaned.Append(character);
                if (cleaned.Length > longest)
                {
                    break;
                }
            }
        }

        var kept = cleaned.ToString().TrimEnd();
        if (kept.Length > longest)
        {
            // Never half of a character that takes two.
            kept = kept[..(char.IsHighSurrogate(kept[longest - 1]) ? longest - 1 : longest)].Trim();
        }

        return kept.Length == 0 ? null : kept;
    }
}

/// <summary>A point of a running sum of tokens or money.</summary>
/// <param name="Series">Which sum: a hash of all that tells it from others, its start included.</param>
/// <param name="Of">What it counts.</param>
/// <param name="Value">How much.</param>
/// <param name="From">From when on (UTC).</param>
/// <param name="Until">Until when (UTC).</param>
/// <param name="IsCumulative">Whether it counts all since its start.</param>
public sealed record SumPoint(string Series, SummedClass Of, decimal Value, DateTimeOffset From, DateTimeOffset Until, bool IsCumulative);

/// <summary>What a running sum counts.</summary>
public enum SummedClass
{
    /// <summary>Input tokens, cached ones not included.</summary>
    Input,

    /// <summary>Output tokens.</summary>
    Output,

    /// <summary>Cache-read tokens.</summary>
    CacheRead,

    /// <summary>Cache-write tokens.</summary>
    CacheWrite,

    /// <summary>Dollars.</summary>
    Cost,
}

/// <summary>What the running sums of a program say of one model.</summary>
/// <param name="Source">Whose they are.</param>
/// <param name="Model">The model, if known.</param>
/// <param name="Points">The points.</param>
public sealed record SourceSums(UsageSource Source, string? Model, IReadOnlyList<SumPoint> Points);
