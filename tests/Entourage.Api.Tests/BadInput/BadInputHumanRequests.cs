namespace Entourage.Api.Tests.BadInput;

/// <summary>Invalid human requests and responses.</summary>
internal static class BadInputHumanRequests
{
    private const string Respond = "/human-requests/<request>/respond";

    public static IEnumerable<TestCaseData> Cases => BadInputCase.Named([.. RequestCases, .. ResponseCases]);

    private static IEnumerable<BadInputCase> RequestCases =>
    [
        Ask("no agent", """{"kind": "question", "question": "Why?"}""").Invalid("agent_id"),
        Ask("an agent of zeros", """{"agent_id": "00000000-0000-0000-0000-000000000000", "kind": "question", "question": "Why?"}""").Unknown(),
        Ask("an agent that is no UUID", """{"agent_id": "eng-1", "kind": "question", "question": "Why?"}""").Invalid("agent_id"),
        Ask("a number as an agent", """{"agent_id": 1, "kind": "question", "question": "Why?"}""").Malformed("agent_id"),
        Ask("an unknown agent", """{"agent_id": "<nobody>", "kind": "question", "question": "Why?"}""").Unknown(),
        Ask("no kind", """{"agent_id": "<agent>", "question": "Why?"}""").Invalid("kind"),
        Ask("an unknown kind", """{"agent_id": "<agent>", "kind": "raise", "question": "Why?"}""").Invalid("kind"),
        Ask("a kind in capitals", """{"agent_id": "<agent>", "kind": "Question", "question": "Why?"}""").Invalid("kind"),
        Ask("a number as a kind", """{"agent_id": "<agent>", "kind": 1, "question": "Why?"}""").Malformed("kind"),
        Ask("no question", """{"agent_id": "<agent>", "kind": "question"}""").Invalid("question"),
        Ask("an empty question", """{"agent_id": "<agent>", "kind": "question", "question": ""}""").Invalid("question"),
        Ask("a blank question", """{"agent_id": "<agent>", "kind": "question", "question": " \n "}""").Invalid("question"),
        Ask("a question of 4,001 characters", $$"""{"agent_id": "<agent>", "kind": "question", "question": "{{new string('q', 4_001)}}"}""").Invalid("question"),
        Ask("a question with a control character", """{"agent_id": "<agent>", "kind": "question", "question": "a\u0000b"}""").Invalid("question"),
        Ask("a list as a question", """{"agent_id": "<agent>", "kind": "question", "question": ["Why?"]}""").Malformed("question"),
        Ask("a question that asks for money", """{"agent_id": "<agent>", "kind": "question", "question": "Why?", "requested_usd": 1}""").Invalid("requested_usd"),
        Ask("an increase of zero", """{"agent_id": "<agent>", "kind": "budget_increase", "question": "More?", "requested_usd": 0}""").Invalid("requested_usd"),
        Ask("an unknown session", """{"agent_id": "<agent>", "session_id": 999999, "kind": "question", "question": "Why?"}""").Unknown(),
        Ask("a negative session", """{"agent_id": "<agent>", "session_id": -1, "kind": "question", "question": "Why?"}""").Unknown(),
        Ask("a session of another agent", """{"agent_id": "<reviewer>", "session_id": <session>, "kind": "question", "question": "Why?"}""").Unknown(),
        Ask("a session of another team", """{"agent_id": "<foreign-agent>", "session_id": <session>, "kind": "question", "question": "Why?"}""").Unknown(),
        Ask("half a session", """{"agent_id": "<agent>", "session_id": 1.5, "kind": "question", "question": "Why?"}""").Invalid("session_id"),
        Ask("a text as a session", """{"agent_id": "<agent>", "session_id": "1", "kind": "question", "question": "Why?"}""").Malformed("session_id"),
        Ask("an answer in the request", """{"agent_id": "<agent>", "kind": "question", "question": "Why?", "status": "approved"}""").Malformed("status"),
    ];

    private static IEnumerable<BadInputCase> ResponseCases =>
    [
        Answer("no decision", "{}").Invalid("decision"),
        Answer("an unknown decision", """{"decision": "pending"}""").Invalid("decision"),
        Answer("a decision in capitals", """{"decision": "Approved"}""").Invalid("decision"),
        Answer("truth as a decision", """{"decision": true}""").Malformed("decision"),
        Answer("a response of 4,001 characters", $$"""{"decision": "denied", "response": "{{new string('r', 4_001)}}"}""").Invalid("response"),
        Answer("a response with a control character", """{"decision": "denied", "response": "a\u0007b"}""").Invalid("response"),
        Answer("a number as a response", """{"decision": "denied", "response": 5}""").Malformed("response"),
        Answer("a no with money", """{"decision": "denied", "granted_usd": 1}""").Invalid("granted_usd"),
        Answer("a grant of nothing", """{"decision": "approved", "granted_usd": 0}""").Invalid("granted_usd"),
        Answer("nothing to raise", """{"decision": "approved", "granted_usd": 1}""").Invalid("granted_usd", "nothing-to-raise"),
        Post("money for a question", "/human-requests/<question>/respond", """{"decision": "approved", "granted_usd": 1}""").Invalid("granted_usd"),
        Post("an increase without an amount", "/human-requests/<vague-request>/respond", """{"decision": "approved"}""").Invalid("granted_usd"),
        Post("a cap above a million", "/human-requests/<broke-request>/respond", """{"decision": "approved", "granted_usd": 999998.500000001}""")
            .Invalid("granted_usd", "cap-too-large"),
        Post("another answer", "/human-requests/<answered>/respond", """{"decision": "approved"}""").Conflict("already-answered"),
        Post("the same answer again", "/human-requests/<answered>/respond", """{"decision": "denied", "response": "No."}""").Conflict("already-answered"),
    ];

    private static BadInputCase Ask(string name, string body) => Post(name, "/human-requests", body);

    private static BadInputCase Answer(string name, string body) => Post(name, Respond, body);

    private static BadInputCase Post(string name, string path, string body) => BadInputCase.Post(name, path, body);
}
