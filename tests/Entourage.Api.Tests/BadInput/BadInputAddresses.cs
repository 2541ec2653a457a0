using System.Net;

namespace Entourage.Api.Tests.BadInput;

/// <summary>Invalid ids, paths, methods and query parameters.</summary>
internal static class BadInputAddresses
{
    private static readonly string[] Lists =
    [
        "/orgs", "/orgs/<org>/teams", "/teams/<team>/agents", "/teams/<team>/tasks", "/agents/<agent>/sessions", "/sessions/<session>/usage",
        "/teams/<team>/human-requests", "/orgs/<org>/human-requests", "/teams/<team>/webhooks", "/webhooks/<webhook>/deliveries", "/teams/<team>/alerts", "/orgs/<org>/alerts", "/orgs/<org>/webhooks",
        "/audit", "/keys", "/prices", "/teams/<team>/sessions", "/orgs/<org>/sessions",
    ];

    private static readonly string[] CostReports = ["/teams/<team>/costs", "/orgs/<org>/costs"];

    // Each route with an id, and a body that is valid for an existing resource.
    private static readonly (string Method, string Path, string? Body)[] ById =
    [
        ("GET", "/orgs/{0}", null),
        ("POST", "/orgs/{0}/teams", """{"name": "New", "slug": "new"}"""),
        ("GET", "/orgs/{0}/teams", null),
        ("GET", "/orgs/{0}/costs", null),
        ("GET", "/teams/{0}", null),
        ("POST", "/teams/{0}/agents", """{"name": "New"}"""),
        ("GET", "/teams/{0}/agents", null),
        ("POST", "/teams/{0}/tasks", """{"title": "New"}"""),
        ("GET", "/teams/{0}/tasks", null),
        ("GET", "/teams/{0}/costs", null),
        ("GET", "/teams/{0}/costs/what-if?daily_cost_limit_usd=1", null),
        ("POST", "/teams/{0}/costs/reconcile", """{"invoice": []}"""),
        ("POST", "/orgs/{0}/costs/reconcile", """{"invoice": []}"""),
        ("GET", "/teams/{0}/alerts", null),
        ("GET", "/orgs/{0}/alerts", null),
        ("GET", "/orgs/{0}/events", null),
        ("POST", "/teams/{0}/alerts/acknowledge", null),
        ("POST", "/orgs/{0}/alerts/acknowledge", null),
        ("GET", "/alerts/{0}", null),
        ("POST", "/alerts/{0}/acknowledge", null),
        ("GET", "/agents/{0}", null),
        ("PATCH", "/agents/{0}", """{"name": "New"}"""),
        ("GET", "/agents/{0}/budget", null),
        ("GET", "/agents/{0}/sessions", null),
        ("GET", "/teams/{0}/human-requests", null),
        ("GET", "/human-requests/{0}", null),
        ("POST", "/human-requests/{0}/respond", """{"decision": "denied"}"""),
        ("GET", "/teams/{0}/events", null),
        ("GET", "/agents/{0}/events", null),
        ("POST", "/teams/{0}/webhooks", """{"url": "https://hooks.example.com/new", "events": ["stop"]}"""),
        ("GET", "/teams/{0}/webhooks", null),
        ("POST", "/orgs/{0}/webhooks", """{"url": "https://hooks.example.com/new", "events": ["stop"]}"""),
        ("GET", "/orgs/{0}/webhooks", null),
        ("GET", "/webhooks/{0}", null),
        ("DELETE", "/webhooks/{0}", null),
        ("GET", "/webhooks/{0}/deliveries", null),
        ("POST", "/webhooks/{0}/test", null),
        ("POST", "/reservations/{0}/extend", """{"ttl_seconds": 60}"""),
        ("DELETE", "/reservations/{0}", null),
        ("POST", "/agents/{0}/pause", """{"reason": "enough"}"""),
        ("POST", "/agents/{0}/resume", "{}"),
        ("GET", "/agents/{0}/pause", null),
        ("POST", "/teams/{0}/pause", """{"reason": "enough"}"""),
        ("POST", "/teams/{0}/resume", "{}"),
        ("GET", "/teams/{0}/pause", null),
        ("POST", "/orgs/{0}/pause", """{"reason": "enough"}"""),
        ("POST", "/orgs/{0}/resume", "{}"),
        ("GET", "/orgs/{0}/pause", null),
        ("POST", "/agents/{0}/archive", null),
        ("POST", "/agents/{0}/restore", null),
        ("POST", "/agents/{0}/move", """{"team_id": "00000000-0000-7000-8000-000000000001"}"""),
        ("POST", "/teams/{0}/archive", null),
        ("POST", "/teams/{0}/restore", null),
        ("POST", "/orgs/{0}/archive", null),
        ("POST", "/orgs/{0}/restore", null),
        ("GET", "/settings/teams/{0}", null),
        ("PATCH", "/settings/teams/{0}", """{"daily_cost_limit_usd": 1}"""),
        ("PATCH", "/settings/agents/{0}", """{"daily_cost_limit_usd": 1}"""),
        ("PATCH", "/settings/orgs/{0}", """{"daily_cost_limit_usd": 1}"""),
    ];

    private static readonly (string Method, string Path, string? Body)[] ByNumber =
    [
        ("GET", "/tasks/{0}", null),
        ("PATCH", "/tasks/{0}", """{"title": "New"}"""),
        ("POST", "/tasks/{0}/status", """{"status": "in_progress"}"""),
        ("GET", "/sessions/{0}", null),
        ("POST", "/sessions/{0}/usage", """{"input_tokens": 1, "output_tokens": 1}"""),
        ("GET", "/sessions/{0}/usage", null),
        ("POST", "/sessions/{0}/reservations", """{"estimated_cost_usd": 1}"""),
        ("POST", "/sessions/{0}/end", "{}"),
        ("POST", "/sessions/{0}/kill", """{"reason": "enough"}"""),
    ];

    public static IEnumerable<TestCaseData> Cases => BadInputCase.Named(
    [
        .. ById.SelectMany(route => With(
            route, "<nobody>", "00000000-0000-0000-0000-000000000000", "-1", "18446744073709551616", "%7Bagent_id%7D", "<nobody>0", "%F0%9F%98%80")),
        .. ByNumber.SelectMany(route => With(
            route, "0", "-1", "999999", "9223372036854775807", "9223372036854775808", "1.5", "abc", "<agent>", "%D9%A1")),
        new BadInputCase("a session as a reservation", "DELETE", "/reservations/<session>").Unknown(),
        new BadInputCase("an agent as a reservation", "DELETE", "/reservations/<agent>").Unknown(),
        BadInputCase.Get("an agent as a request", "/human-requests/<agent>").Unknown(),
        BadInputCase.Get("an agent as a team", "/teams/<agent>").Unknown(),
        BadInputCase.Get("a team as an agent", "/agents/<team>/budget").Unknown(),
        BadInputCase.Get("the price of a blank model", "/prices/%20").Invalid("model"),
        BadInputCase.Get("the price of a model that is a tab", "/prices/%09").Invalid("model"),
        .. Paths,
        .. Methods,
        .. Lists.Concat(CostReports).SelectMany(PageCases),
        .. Lists.SelectMany(ListCases),
        .. Filters,
        .. CostReports.SelectMany(CostCases),
    ]);

    private static IEnumerable<BadInputCase> Paths => new[]
        {
            "", "/", "/nothing", "/orgs/<org>/nothing", "/team/<team>", "/sessions", "/sessions/usage", "/reservations", "/reservations/<reservation>/release", "/tasks", "/settings", "/settings/teams", "/guidelines/bugfix",
            "/teams/<team>/cost", "/agents/<agent>/budget/today", "/orgs%2F<org>", "/..%2F..%2Fetc%2Fpasswd",
        }
        .Select(path => BadInputCase.Get("an unknown path", path).Unknown());

    private static IEnumerable<BadInputCase> Methods => new[]
        {
            ("DELETE", "/orgs"), ("PUT", "/orgs/<org>"), ("POST", "/orgs/<org>"), ("PATCH", "/orgs/<org>/teams"), ("POST", "/orgs/<org>/costs"),
            ("DELETE", "/teams/<team>"), ("PUT", "/teams/<team>/agents"), ("DELETE", "/teams/<team>/tasks"), ("POST", "/teams/<team>/costs"),
            ("POST", "/teams/<team>/costs/what-if"), ("GET", "/teams/<team>/costs/reconcile"), ("PUT", "/orgs/<org>/costs/reconcile"),
            ("DELETE", "/agents/<agent>"), ("POST", "/agents/<agent>/budget"), ("POST", "/agents/<agent>/sessions"),
            ("DELETE", "/tasks/<task>"), ("GET", "/tasks/<task>/status"), ("POST", "/guidelines"),
            ("GET", "/sessions/start"), ("DELETE", "/sessions/<session>"), ("PATCH", "/sessions/<session>/usage"), ("GET", "/sessions/<session>/end"), ("GET", "/sessions/<session>/child-tokens"),
            ("GET", "/sessions/usage/batch"), ("DELETE", "/sessions/usage/batch"), ("GET", "/sessions/<session>/reservations"),
            ("GET", "/reservations/<reservation>"), ("POST", "/reservations/<reservation>"), ("DELETE", "/reservations/<reservation>/extend"),
            ("GET", "/human-requests"), ("DELETE", "/human-requests/<request>"), ("GET", "/human-requests/<request>/respond"), ("POST", "/teams/<team>/human-requests"),
            ("PUT", "/settings/teams/<team>"), ("DELETE", "/settings/agents/<agent>"), ("POST", "/settings/orgs/<org>"), ("BREW", "/orgs"),
            ("POST", "/teams/<team>/events"), ("DELETE", "/teams/<team>/webhooks"), ("PATCH", "/webhooks/<webhook>"), ("GET", "/webhooks/<webhook>/test"),
            ("POST", "/teams/<team>/alerts"), ("GET", "/teams/<team>/alerts/acknowledge"), ("POST", "/orgs/<org>/alerts"), ("DELETE", "/orgs/<org>/webhooks"), ("DELETE", "/alerts/<nobody>"), ("GET", "/alerts/<nobody>/acknowledge"),
        }
        .Select(route => new BadInputCase("an unsupported method", route.Item1, route.Item2)
            .Refused(HttpStatusCode.MethodNotAllowed, "method-not-allowed"));

    private static IEnumerable<BadInputCase> Filters =>
    [
        Query("/agents/<agent>/sessions", "task_id", "abc"),
        Query("/agents/<agent>/sessions", "task_id", "1.5"),
        Query("/agents/<agent>/sessions", "task_id", "9223372036854775808"),
        Query("/agents/<agent>/sessions", "status", "foo"),
        Query("/agents/<agent>/sessions", "status", "Active"),
        Query("/agents/<agent>/sessions", "status", "0"),
        Query("/teams/<team>/tasks", "status", "foo"),
        Query("/teams/<team>/tasks", "status", "in-progress"),
        Query("/teams/<team>/tasks", "status", "todo%00"),
        Query("/teams/<team>/human-requests", "status", "foo"),
        Query("/teams/<team>/human-requests", "status", "Pending"),
        Query("/teams/<team>/human-requests", "status", "0"),
        Query("/teams/<team>/alerts", "status", "solved"),
        Query("/teams/<team>/alerts", "cause", new string('a', 201)),
        Query("/orgs/<org>/alerts", "kind", "foo"),
        Query("/teams/<team>/alerts", "status", "Open"),
        Query("/teams/<team>/alerts", "kind", "foo"),
        Query("/teams/<team>/alerts", "kind", "RunawayTokens"),
        Query("/teams/<team>/alerts", "kind", "0"),
        Query("/keys", "sort", "owner"),
        Query("/teams/<team>/tasks", "sort", "0"),
        Query("/teams/<team>/sessions", "sort", "Cost"),
        Query("/agents/<agent>/sessions", "sort", "model"),
        Query("/sessions/<session>/usage", "sort", "tokens"),
        BadInputCase.Get("a cursor of another order", "/teams/<team>/tasks?sort=title&cursor=NQ").Invalid("cursor"),
        Query("/agents/<agent>/budget", "task_id", "abc"),
        Query("/agents/<agent>/budget", "task_id", "%D9%A1"),
        Query("/agents/<agent>/budget", "task_id", "9223372036854775808"),
        BadInputCase.Get("an unknown task", "/agents/<agent>/budget?task_id=999999").Unknown(),
        BadInputCase.Get("a negative task", "/agents/<agent>/budget?task_id=-1").Unknown(),
        BadInputCase.Get("a task of another team", "/agents/<agent>/budget?task_id=<foreign-task>").Unknown(),
    ];

    private static IEnumerable<BadInputCase> PageCases(string path) =>
    [
        Query(path, "limit", "0"),
        Query(path, "limit", "201"),
        Query(path, "limit", "-1"),
        Query(path, "limit", "abc"),
        Query(path, "limit", ""),
        Query(path, "limit", "1.5"),
        Query(path, "limit", "2147483648"),
        Query(path, "limit", "%D9%A3"),
        Query(path, "cursor", "!!"),
        Query(path, "cursor", "%00"),
        Query(path, "cursor", "_w"),
        BadInputCase.Get("two bad values", path + "?limit=abc&cursor=!!").Invalid("limit"),
    ];

    private static IEnumerable<BadInputCase> ListCases(string path) =>
    [
        Query(path, "order", "up"),
        Query(path, "order", "ascending"),
        Query(path, "q", "a%00b"),
        Query(path, "q", new string('a', 201)),
    ];

    private static IEnumerable<BadInputCase> CostCases(string path) =>
    [
        Query(path, "period", "foo"),
        Query(path, "period", "Today"),
        Query(path, "period", "1"),
        Query(path, "from", "garbage"),
        Query(path, "from", "2026-13-01"),
        Query(path, "from", "0001-01-01"),
        Query(path, "from", "2026-06-01T00:00:00"),
        Query(path, "from", "06/01/2026Z"),
        Query(path, "from", "12:00Z"),
        Query(path, "from", "Z"),
        Query(path, "from", "%D9%A2%D9%A0%D9%A2%D9%A6-06-01"),
        Query(path, "to", "2026-02-30"),
        Query(path, "to", "9999-12-31"),
        Query(path, "to", "2026-06-01%00"),
        Query(path, "agent_id", "abc"),
        Query(path, "agent_id", "5"),
        Query(path, "task_id", "abc"),
        Query(path, "task_id", "1e3"),
        BadInputCase.Get("to before from", path + "?from=2026-06-02&to=2026-06-01").Invalid("to"),
        BadInputCase.Get("to the instant it begins", path + "?from=2026-06-01T00:00:00Z&to=2026-06-01T00:00:00Z").Invalid("to"),
        BadInputCase.Get("a period with from", path + "?period=today&from=2026-06-01").Invalid("period"),
        BadInputCase.Get("a period with to", path + "?period=all&to=2026-06-01").Invalid("period"),
        BadInputCase.Get("a cursor of names", path + "?cursor=YWJj").Invalid("cursor"),
    ];

    private static IEnumerable<BadInputCase> With((string Method, string Path, string? Body) route, params string[] ids) => ids.Select(id =>
    {
        var path = route.Path.Replace("{0}", id, StringComparison.Ordinal);
        var bad = route.Body is null ? new("an unknown id", route.Method, path)
            : route.Method == "POST" ? BadInputCase.Post("an unknown id", path, route.Body)
            : BadInputCase.Patch("an unknown id", path, route.Body);
        return bad.Unknown();
    });

    private static BadInputCase Query(string path, string parameter, string value) =>
        BadInputCase.Get("a bad value", $"{path}?{parameter}={value}").Invalid(parameter);
}
