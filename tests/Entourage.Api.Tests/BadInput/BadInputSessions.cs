using System.Net;

namespace Entourage.Api.Tests.BadInput;

/// <summary>Invalid starts, ends and usage. The clock is at 2026-06-10T12:00:00Z.</summary>
internal static class BadInputSessions
{
    private const string Usage = "/sessions/<session>/usage";

    private static readonly string[] Counts = ["input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"];

    public static IEnumerable<TestCaseData> Cases => BadInputCase.Named([.. Starts, .. ChildTokens, .. Ends, .. Counts.SelectMany(CountCases), .. Times, .. UsageCases]);

    private static IEnumerable<BadInputCase> Starts =>
    [
        BadInputCase.Post("no agent", "/sessions/start", "{}").Invalid("agent_id"),
        BadInputCase.Post("an agent of null", "/sessions/start", """{"agent_id": null}""").Invalid("agent_id"),
        Agent("that is a number", "5").Malformed("agent_id"),
        Agent("by name", "\"eng-1\"").Invalid("agent_id"),
        Agent("that is a placeholder", "\"{agent_id}\"").Invalid("agent_id"),
        Agent("in braces", "\"{<agent>}\"").Invalid("agent_id"),
        Agent("of half a surrogate pair", "\"\\ud800\"").Malformed("agent_id"),
        Agent("that is unknown", "\"<nobody>\"").Unknown(),
        Agent("of zeros", "\"00000000-0000-0000-0000-000000000000\"").Unknown(),
        Start("a task that is a text", "\"task_id\": \"<task>\"").Malformed("task_id"),
        Start("half a task", "\"task_id\": 0.5").Invalid("task_id"),
        Start("a task beyond 64 bits", "\"task_id\": 9223372036854775808").Invalid("task_id"),
        Start("an unknown task", "\"task_id\": 9223372036854775807").Unknown(),
        Start("a negative task", "\"task_id\": -1").Unknown(),
        Start("a task of another team", "\"task_id\": <foreign-task>").Unknown(),
        Start("a blocked task in a chain", "\"task_id\": <last>").Conflict("task-blocked"),
        Start("an empty model", "\"model\": \"\"").Invalid("model"),
        Start("a model of 101 characters", $"\"model\": \"{new string('m', 101)}\"").Invalid("model"),
        Start("a model with a null byte", "\"model\": \"a\\u0000\"").Invalid("model"),
        Start("a model that is an object", "\"model\": {}").Malformed("model"),
        Start("a parent that is true", "\"parent_session_id\": true").Malformed("parent_session_id"),
        Start("an unknown parent", "\"parent_session_id\": 999999").Unknown(),
        Start("an ended parent", "\"parent_session_id\": <ended>").Conflict("session-ended"),
        Start("a parent 16 deep", "\"parent_session_id\": <deepest>").Invalid("parent_session_id", "session-depth"),
        BadInputCase.Post("a parent of another team", "/sessions/start", """{"agent_id": "<foreign-agent>", "parent_session_id": <session>}""").Unknown(),
        Start("a budget", "\"budget_usd\": 5").Malformed("budget_usd"),
        Start("a blank parent token", "\"parent_token\": \" \"").Invalid("parent_token"),
        Start("a parent token of 101 characters", $"\"parent_token\": \"{new string('t', 101)}\"").Invalid("parent_token"),
        Start("a parent token with a null byte", "\"parent_token\": \"ect_\\u0000\"").Invalid("parent_token"),
        Start("a parent token that is a number", "\"parent_token\": 5").Malformed("parent_token"),
        Start("an unknown parent token", "\"parent_token\": \"ect_unknown\"").Refused(HttpStatusCode.Forbidden, "forbidden"),
        Start("a parent beside an unknown token", "\"parent_session_id\": <session>, \"parent_token\": \"ect_unknown\"").Refused(HttpStatusCode.Forbidden, "forbidden"),
    ];

    private static IEnumerable<BadInputCase> ChildTokens =>
    [
        Token("that lasts no time", """{"ttl_seconds": 0}""").Invalid("ttl_seconds"),
        Token("that lasts a second more than an hour", """{"ttl_seconds": 3601}""").Invalid("ttl_seconds"),
        Token("that lasts half a second", """{"ttl_seconds": 0.5}""").Invalid("ttl_seconds"),
        Token("that lasts beyond 64 bits", """{"ttl_seconds": 9223372036854775808}""").Invalid("ttl_seconds"),
        Token("that lasts a text", """{"ttl_seconds": "60"}""").Malformed("ttl_seconds"),
        Token("for an agent by name", """{"agent_id": "eng-1"}""").Invalid("agent_id"),
        Token("for an unknown agent", """{"agent_id": "<nobody>"}""").Invalid("agent_id"),
        Token("for an agent of another team", """{"agent_id": "<foreign-agent>"}""").Invalid("agent_id"),
        Token("for two uses", """{"uses": 2}""").Malformed("uses"),
        BadInputCase.Post("of an unknown session", "/sessions/999999/child-tokens", "{}").Unknown(),
        BadInputCase.Post("of an ended session", "/sessions/<ended>/child-tokens", "{}").Conflict("session-ended"),
    ];

    private static IEnumerable<BadInputCase> Ends =>
    [
        End("an unknown outcome", """{"outcome": "killed"}""").Invalid("outcome"),
        End("an outcome by number", """{"outcome": 0}""").Malformed("outcome"),
        End("an error with a null byte", """{"error": "\u0000"}""").Invalid("error"),
        End("an error of 2,001 characters", $$"""{"error": "{{new string('e', 2_001)}}"}""").Invalid("error"),
        End("an error that is a list", """{"error": ["e"]}""").Malformed("error"),
        End("an error of half a surrogate pair", """{"error": "\ud83d"}""").Malformed("error"),
    ];

    private static IEnumerable<BadInputCase> Times =>
    [
        At("6 minutes ahead", "\"2026-06-10T12:06:00Z\"").Invalid("occurred_at"),
        At("an instant too far ahead", "\"2026-06-10T12:05:00.0000001Z\"").Invalid("occurred_at"),
        At("ahead by its offset", "\"2026-06-10T12:00:00-01:00\"").Invalid("occurred_at"),
        At("31 days back", "\"2026-05-10T12:00:00Z\"").Invalid("occurred_at"),
        At("an instant too far back", "\"2026-05-11T11:59:59.9999999Z\"").Invalid("occurred_at"),
        At("the first representable instant", "\"0001-01-01T00:00:00Z\"").Invalid("occurred_at"),
        At("before the first representable instant", "\"0001-01-01T00:00:00+14:00\"").Invalid("occurred_at"),
        At("the last representable instant", "\"9999-12-31T23:59:59Z\"").Invalid("occurred_at"),
        At("after the last representable instant", "\"9999-12-31T23:59:59-14:00\"").Invalid("occurred_at"),
        At("without an offset", "\"2026-06-10T12:00:00\"").Invalid("occurred_at"),
        At("a date", "\"2026-06-10\"").Invalid("occurred_at"),
        At("on the 30th of February", "\"2026-02-30T12:00:00Z\"").Invalid("occurred_at"),
        At("at 25 o'clock", "\"2026-06-10T25:00:00Z\"").Invalid("occurred_at"),
        At("in words", "\"yesterday\"").Invalid("occurred_at"),
        At("that is empty", "\"\"").Invalid("occurred_at"),
        At("in American notation", "\"06/10/2026 12:00:00Z\"").Invalid("occurred_at"),
        At("with a null byte", "\"2026-06-10T12:00:00Z\\u0000\"").Invalid("occurred_at"),
        At("in Arabic-Indic digits", "\"٢٠٢٦-٠٦-١٠T١٢:٠٠:٠٠Z\"").Invalid("occurred_at"),
        At("a Unix time", "1781092800").Malformed("occurred_at"),
        At("of half a surrogate pair", "\"\\ud800\"").Malformed("occurred_at"),
    ];

    private static IEnumerable<BadInputCase> UsageCases =>
    [
        BadInputCase.Post("no input tokens", Usage, """{"output_tokens": 1}""").Invalid("input_tokens"),
        BadInputCase.Post("no output tokens", Usage, """{"input_tokens": 1}""").Invalid("output_tokens"),
        Use("an unknown billing", "\"billing\": \"free\"").Invalid("billing"),
        Use("a billing by number", "\"billing\": 1").Malformed("billing"),
        Use("a billing in upper case", "\"billing\": \"API\"").Invalid("billing"),
        Use("a blank model", "\"model\": \"\\t\"").Invalid("model"),
        Use("a model with a null byte", "\"model\": \"\\u0000\"").Invalid("model"),
        Use("an error with a null byte", "\"error\": \"\\u0000\"").Invalid("error"),
        Use("an error with an escape", "\"error\": \"\\u001b[2J\"").Invalid("error"),
        Use("an error of 2,001 characters", $"\"error\": \"{new string('e', 2_001)}\"").Invalid("error"),
        Use("an error that is an object", "\"error\": {\"message\": \"e\"}").Malformed("error"),
        Use("an idempotency key", "\"idempotency_key\": \"k\"").Malformed("idempotency_key"),
    ];

    private static IEnumerable<BadInputCase> CountCases(string count)
    {
        return
        [
            Count("a text", "\"5\"").Malformed(count),
            Count("truth", "true").Malformed(count),
            Count("a list", "[5]").Malformed(count),
            Count("-1", "-1").Invalid(count),
            Count("2.5", "2.5").Invalid(count),
            Count("above 1e9", "1000000001").Invalid(count),
            Count("above 1e9 with an exponent", "1.000000001e9").Invalid(count),
            Count("beyond 64 bits", "9223372036854775808").Invalid(count),
            Count("beyond any decimal", "1e30").Invalid(count),
            Count("1e400", "1e400").Invalid(count),
            Count("-1e400", "-1e400").Invalid(count),
            Count("1e-10", "1e-10").Invalid(count),
            Count("NaN", "NaN").Malformed(count),
            Count("Infinity", "Infinity").Malformed(count),
            Count("a leading zero", "05").Malformed(count),
            Count("hexadecimal", "0xFF").Malformed(count),
            Count("with a separator", "1_000").Malformed(count),
            Count("in Arabic-Indic digits", "٥").Malformed(count),
        ];

        BadInputCase Count(string name, string json) => BadInputCase.Post($"{count}: {name}", Usage, count switch
        {
            "input_tokens" => $$"""{"output_tokens": 1, "input_tokens": {{json}}}""",
            "output_tokens" => $$"""{"input_tokens": 1, "output_tokens": {{json}}}""",
            _ => $$"""{"input_tokens": 1, "output_tokens": 1, "{{count}}": {{json}}}""",
        });
    }

    private static BadInputCase Agent(string name, string json) => BadInputCase.Post($"an agent {name}", "/sessions/start", $$"""{"agent_id": {{json}}}""");

    private static BadInputCase Start(string name, string member) =>
        BadInputCase.Post(name, "/sessions/start", $$"""{"agent_id": "<agent>", {{member}}}""");

    private static BadInputCase Token(string name, string body) => BadInputCase.Post($"a token {name}", "/sessions/<session>/child-tokens", body);

    private static BadInputCase End(string name, string body) => BadInputCase.Post(name, "/sessions/<session>/end", body);

    private static BadInputCase Use(string name, string member) => BadInputCase.Post(name, Usage, $$"""{"input_tokens": 1, "output_tokens": 1, {{member}}}""");

    private static BadInputCase At(string name, string json) => Use($"occurred {name}", $"\"occurred_at\": {json}");
}
