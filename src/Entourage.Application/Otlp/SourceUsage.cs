using System.Text;
using Entourage.Domain;
using Entourage.Domain.Agents;
using Entourage.Domain.Labels;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Otlp;

/// <summary>The origin of usage that telemetry reports.</summary>
/// <param name="AgentId">The agent; null if only the session identifies it.</param>
/// <param name="SessionId">The session to record in; null for the session that belongs to the program's own session.</param>
/// <param name="TaskId">The task of a session that is opened for the source.</param>
/// <param name="Name">The program's own name for its session.</param>
/// <param name="Process">The process; empty if unknown.</param>
/// <param name="Billing">How the usage is billed.</param>
/// <param name="SubAgent">The program's own name for the sub-agent; empty for none.</param>
/// <param name="Mistake">The attributes that are ignored because they name something that does not exist, in plain words; empty for none.</param>
internal sealed record UsageSource(
    Guid? AgentId, long? SessionId, long? TaskId, string Name, string Process, Billing Billing, string SubAgent = "", string Mistake = "")
{
    /// <summary>The attribute that names an open session.</summary>
    public const string SessionAttribute = "entourage.session_id";

    /// <summary>The attribute that names the task.</summary>
    public const string TaskAttribute = "entourage.task_id";

    /// <summary>The attribute that states how the usage is billed.</summary>
    public const string BillingAttribute = "entourage.billing";

    private const int NameLength = 500;

    /// <summary>The source without its sub-agent.</summary>
    public UsageSource WithoutSubAgent => SubAgent.Length == 0 ? this : this with { SubAgent = "" };

    /// <summary>The program's own name for the session in which the usage is recorded.</summary>
    public string SessionName => SubAgent.Length == 0 ? Name : $"{Name}\n{SubAgent}";

    /// <summary>Returns the source with a further mistake.</summary>
    public UsageSource WithMistake(string mistake) => this with { Mistake = Join(Mistake, mistake) };

    /// <summary>Returns the source of a sub-agent, if the program names one.</summary>
    /// <param name="subAgent">The program's own name for the sub-agent; null for none.</param>
    /// <param name="rejection">Receives the reason if the name is too long.</param>
    internal UsageSource Of(string? subAgent, ItemRejection rejection)
    {
        if (subAgent?.Length > NameLength)
        {
            rejection.Add($"The sub-agent's name must have at most {NameLength} characters.");
        }

        return this with { SubAgent = subAgent ?? "" };
    }

    /// <summary>Reads the source of an item; null if the agent is missing or invalid.</summary>
    /// <param name="origin">The resource and scope of the item.</param>
    /// <param name="attributes">The attributes of the item.</param>
    /// <param name="callerAgentId">The agent of the caller, which takes precedence over the attributes.</param>
    /// <param name="rejection">Receives the reason if the result is null.</param>
    internal static UsageSource? Of(TelemetryOrigin origin, TelemetryAttributes attributes, Guid? callerAgentId, ItemRejection rejection)
    {
        var resource = origin.Resource;
        var agentId = callerAgentId;
        if (agentId is null && ReadText(TelemetryAttributes.Agent) is { } agent)
        {
            if (!Guid.TryParse(agent, out var id))
            {
                rejection.Add($"'{TelemetryAttributes.Agent}' must be a UUID.");
                return null;
            }

            agentId = id;
        }

        var mistake = "";
        var sessionId = ReadNumber(SessionAttribute);
        if (agentId is null && sessionId is null)
        {
            rejection.Add($"The agent is unknown. Send an agent's key, or set '{TelemetryAttributes.Agent}' in OTEL_RESOURCE_ATTRIBUTES.");
            return null;
        }

        var name = ReadText("session.id") ?? ReadText("gen_ai.conversation.id") ?? ReadText("conversation.id") ?? ReadText("ai.telemetry.metadata.sessionId") ?? resource.Text("service.instance.id", "service.name") ?? "";
        if (name.Length > NameLength)
        {
            rejection.Add($"The session's name must have at most {NameLength} characters.");
        }

        var process = resource.Text("service.instance.id") ?? (resource.Text("process.pid") is { } pid ? $"{resource.Text("host.id", "host.name")} {pid}" : "");
        var billing = Billing.Api;
        switch (ReadText(BillingAttribute))
        {
            case null or "api":
                break;
            case "subscription":
                billing = Billing.Subscription;
                break;
            default:
                NoteMistake($"'{BillingAttribute}' must be 'api' or 'subscription'. The usage was counted as 'api'.");
                break;
        }

        var taskId = ReadNumber(TaskAttribute);
        return rejection.Reason is null ? new(agentId, sessionId, taskId, name, process, billing, Mistake: mistake) : null;

        string? ReadText(string name) => attributes.Text(name) ?? resource.Text(name);

        long? ReadNumber(string name)
        {
            if (ReadText(name) is not { } text)
            {
                return null;
            }

            if (long.TryParse(text, out var number))
            {
                return number;
            }

            NoteMistake($"'{name}' must be a number. The attribute was ignored.");
            return null;
        }

        void NoteMistake(string text) => mistake = Join(mistake, text);
    }

    private static string Join(string mistakes, string mistake) => mistakes.Length == 0 ? mistake : $"{mistakes} {mistake}";
}

/// <summary>A usage that telemetry reports.</summary>
/// <param name="Source">The origin of the usage.</param>
/// <param name="Key">The key by which the usage is counted once, unique among the usages of the agent.</param>
/// <param name="At">When it happened (UTC); null if not stated.</param>
/// <param name="Model">The model, if known.</param>
/// <param name="Tokens">The tokens, with cached ones separate, and with those cached for an hour if the program states them.</param>
/// <param name="Cost">The cost (USD), if stated.</param>
/// <param name="Error">The error of a failed call, if any.</param>
/// <param name="HasSums">Whether the program can report the same usage in running sums. Usage in both is counted once.</param>
internal sealed record SourceUsage(
    UsageSource Source, string Key, DateTimeOffset? At, string? Model, BilledTokens Tokens, Money? Cost, string? Error, bool HasSums)
{
    /// <summary>The trace id and span id, if the span can contain the sum of others; empty otherwise.</summary>
    public string SpanId { get; init; } = "";

    /// <summary>The ancestors of the span, nearest first. Usage that they report includes this one.</summary>
    public IReadOnlyList<string> SpansAbove { get; init; } = [];

    /// <summary>Whether this is certainly a single call, and never the sum of the spans below it.</summary>
    public bool IsCall { get; init; }

    /// <summary>The descendants of the span that report no usage.</summary>
    public IReadOnlyList<string> SpansBelow { get; init; } = [];

    /// <summary>Whether the stated cost can include more than tokens, such as a faster tier, searches or aborted attempts.</summary>
    public bool MayCostMore { get; init; }

    /// <summary>Its labels, by the attributes of its item and of the resource.</summary>
    public LabelSet Labels { get; init; } = LabelSet.None;

    /// <summary>The labels of the resource, which a session gets that is opened for it.</summary>
    public LabelSet ResourceLabels { get; init; } = LabelSet.None;

    /// <summary>The requested model, if known. Its price applies if <see cref="Model"/> has none.</summary>
    public string? RequestModel { get; init; }

    /// <summary>Cleans the name of a model for the store: one line without control characters; null if nothing is left.</summary>
    public static string? ModelOf(string? text) => Clean(text, Agent.ModelLength, keepLines: false);

    /// <summary>Cleans the value of a label for the store: one line without control characters; null if nothing is left.</summary>
    public static string? LabelOf(string? text) => Clean(text, LabelSet.ValueLength, keepLines: false);

    /// <summary>Cleans the text of an error for the store.</summary>
    public static string ErrorOf(string? text) => Clean(text, Session.ErrorLength, keepLines: true) ?? "error";

    /// <summary>
    /// Returns the end of a key. Usage without tokens, such as an error or an unfinished stream, has a separate key, so that it does not hide the
    /// tokens of the same call in another form.
    /// </summary>
    internal static string KeyTailOf(TokenCounts tokens) => tokens == default ? "\nempty" : "";

    /// <summary>Returns the key of a span's usage: its id, or all of its data if it has no readable id.</summary>
    internal static string KeyOf(TelemetrySpan span, UsageSource source, TokenCounts tokens) =>
        (span.SpanId.Length > 0 ? $"span\n{span.SpanId}" : $"span\n{source.Name}\n{span.Name}\n{span.EndedAt?.UtcTicks}\n{tokens}") + KeyTailOf(tokens);

    /// <summary>Converts token counts by class. Counts out of bounds are rejected.</summary>
    internal static TokenCounts TokensOf(decimal? input, decimal? output, decimal? cacheRead, decimal? cacheWrite, ItemRejection rejection)
    {
        return new(Check("input", input), Check("output", output), Check("cache-read", cacheRead), Check("cache-write", cacheWrite));

        long Check(string name, decimal? count)
        {
            if (count is null or (>= 0 and <= TokenCounts.LargestInput))
            {
                return (long)(count ?? 0);
            }

            rejection.Add($"The {name} tokens must be between 0 and {TokenCounts.LargestInput}.");
            return 0;
        }
    }

    /// <summary>Converts token counts by class if the input includes cached tokens, as most providers and conventions count them.</summary>
    /// <remarks>Cached tokens that exceed the input cannot be part of it. The program's input then excludes them. No token is lost either way.</remarks>
    internal static TokenCounts TokensWithCachedInput(decimal? input, decimal? output, decimal? cacheRead, decimal? cacheWrite, ItemRejection rejection)
    {
        var uncached = (input ?? 0) - (cacheRead ?? 0) - (cacheWrite ?? 0);
        return TokensOf(uncached < 0 ? input : uncached, output, cacheRead, cacheWrite, rejection);
    }

    /// <summary>Converts a cost, rounded up to the nano-dollar. A cost out of bounds is rejected.</summary>
    internal static Money? CostOf(decimal? usd, ItemRejection rejection)
    {
        switch (usd)
        {
            case null:
                return null;
            case >= 0 and <= 1_000_000:
                return Money.RoundUp(usd.Value);
            default:
                rejection.Add($"The cost must be between 0 and {Money.LargestInput} USD.");
                return null;
        }
    }

    private static string? Clean(string? text, int longest, bool keepLines)
    {
        if (text is null)
        {
            return null;
        }

        // The text can be as long as a request, so reading stops after the kept length.
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
            // Never splits a surrogate pair.
            kept = kept[..(char.IsHighSurrogate(kept[longest - 1]) ? longest - 1 : longest)].Trim();
        }

        return kept.Length == 0 ? null : kept;
    }
}

/// <summary>A point of a running sum of tokens or cost.</summary>
/// <param name="Series">The sum: a hash of everything that distinguishes it from others, including its start.</param>
/// <param name="Of">The class of tokens, or cost.</param>
/// <param name="Value">The amount, in tokens or USD.</param>
/// <param name="From">The start of the counted time (UTC).</param>
/// <param name="Until">The end of the counted time (UTC).</param>
/// <param name="IsCumulative">Whether the value counts everything since the start.</param>
internal sealed record SumPoint(string Series, SummedClass Of, decimal Value, DateTimeOffset From, DateTimeOffset Until, bool IsCumulative);

/// <summary>The amount that a running sum counts.</summary>
internal enum SummedClass
{
    /// <summary>Input tokens, excluding cached ones.</summary>
    Input,

    /// <summary>Output tokens.</summary>
    Output,

    /// <summary>Cache-read tokens.</summary>
    CacheRead,

    /// <summary>Cache-write tokens.</summary>
    CacheWrite,

    /// <summary>Cost in USD.</summary>
    Cost,
}

/// <summary>The points of a program's running sums of one model.</summary>
/// <param name="Source">The origin of the usage.</param>
/// <param name="Model">The model, if known.</param>
/// <param name="Points">The points.</param>
internal sealed record SourceSums(UsageSource Source, string? Model, IReadOnlyList<SumPoint> Points)
{
    /// <summary>The labels that all points have in common.</summary>
    public LabelSet Labels { get; init; } = LabelSet.None;

    /// <summary>The labels of the resource, which a session gets that is opened for it.</summary>
    public LabelSet ResourceLabels { get; init; } = LabelSet.None;
}
