using System.Net;

namespace Entourage.Api.Tests.BadInput;

/// <summary>Invalid headers: idempotency keys, entity tags and event ids.</summary>
internal static class BadInputHeaders
{
    private static readonly (string Path, string Body)[] Keyed =
    [
        ("/orgs", """{"name": "New", "slug": "new"}"""),
        ("/orgs/<org>/teams", """{"name": "New", "slug": "new"}"""),
        ("/teams/<team>/agents", """{"name": "New"}"""),
        ("/teams/<team>/tasks", """{"title": "New"}"""),
        ("/teams/<team>/webhooks", """{"url": "https://hooks.example.com/new", "events": ["stop"]}"""),
        ("/sessions/start", """{"agent_id": "<agent>", "model": "new"}"""),
        ("/sessions/<session>/usage", """{"input_tokens": 1, "output_tokens": 1}"""),
        ("/sessions/<session>/reservations", """{"estimated_cost_usd": 1}"""),
        ("/reservations/<reservation>/extend", """{"ttl_seconds": 1}"""),
        ("/human-requests", """{"agent_id": "<agent>", "kind": "question", "question": "Why?"}"""),
        ("/human-requests/<answered>/respond", """{"decision": "denied"}"""),
    ];

    public static IEnumerable<TestCaseData> Cases => BadInputCase.Named([.. Keyed.SelectMany(KeyCases), .. Tags, .. EventIds]);

    private static IEnumerable<BadInputCase> Tags =>
    [
        IfMatch("a stale tag", "\"0\""),
        IfMatch("a tag of the future", "\"99\""),
        IfMatch("a weak tag", "W/\"1\""),
        IfMatch("a tag without quotes", "1"),
        IfMatch("two stale tags", "\"0\", \"99\""),
        IfMatch("no tag at all", "garbage"),
    ];

    private static IEnumerable<BadInputCase> EventIds =>
        from path in new[] { "/teams/<team>/events", "/agents/<agent>/events" }
        from id in new[] { "1", "u1", "u1-e1-x", "e1-u1", "u-1-e0", "u01-e0", "u0-e9223372036854775807", "u9223372036854775808-e0", "u1000000-e0", "<session>", "й" }
        select (BadInputCase.Get($"the id {id} of an event", path) with { Header = ("Last-Event-ID", id) }).Refused(HttpStatusCode.BadRequest, "unknown-event-id");

    private static IEnumerable<BadInputCase> KeyCases((string Path, string Body) route)
    {
        return
        [
            Key("a key of 201 characters", new string('k', 201)).Invalid("Idempotency-Key"),
            Key("an empty key", "").Invalid("Idempotency-Key"),
            Key("a blank key", "  ").Invalid("Idempotency-Key"),
            Key("a key with a tab", "a\tb").Invalid("Idempotency-Key"),
            Key("a key with a control character", "a\u007fb").Invalid("Idempotency-Key"),
            Key("a key in Cyrillic", "ключ").Invalid("Idempotency-Key"),
            Key("an emoji as a key", "😀").Invalid("Idempotency-Key"),
            Key("the key of a request with another body", "used").Refused(HttpStatusCode.UnprocessableEntity, "idempotency-key-reused"),
        ];

        BadInputCase Key(string name, string key) => BadInputCase.Post(name, route.Path, route.Body) with { Header = ("Idempotency-Key", key) };
    }

    private static BadInputCase IfMatch(string name, string tag) =>
        (BadInputCase.Patch(name, "/settings/teams/<team>", """{"daily_cost_limit_usd": 5}""") with { Header = ("If-Match", tag) }).Conflict("stale");
}
