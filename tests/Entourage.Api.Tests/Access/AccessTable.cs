using static Entourage.Domain.Access.CallerRole;

namespace Entourage.Api.Tests.Access;

/// <summary>The permissions of every route of the API's description.</summary>
internal static class AccessTable
{
    private const AccessScope Unowned = AccessScope.Unowned;
    private const AccessScope Organisation = AccessScope.Organisation;
    private const AccessScope Team = AccessScope.Team;
    private const AccessScope Own = AccessScope.Agent;
    private const string Reason = """{"reason": "looks wrong"}""";

    public static IReadOnlyList<AccessRow> Rows { get; } =
    [
        new("GET", "/orgs", Unowned, Agent),
        new("POST", "/orgs", Unowned, Admin, """{"name": "New", "slug": "<new>"}""", 201),
        new("GET", "/orgs/<org>", Organisation, Agent),
        new("PATCH", "/orgs/<org>", Organisation, Admin, """{"name": "Renamed"}"""),
        new("POST", "/orgs/<org>/teams", Organisation, Admin, """{"name": "New", "slug": "<new>"}""", 201),
        new("GET", "/orgs/<org>/teams", Organisation, Agent),
        new("GET", "/orgs/<org>/costs", Organisation, Admin),
        new("GET", "/orgs/<org>/costs?format=csv", Organisation, Admin),
        new("GET", "/orgs/<org>/costs/labels?key=customer", Organisation, Admin),
        new("GET", "/orgs/<org>/costs/label-keys", Organisation, Admin),
        new("POST", "/orgs/<org>/costs/reconcile", Organisation, Admin, """{"invoice": [{"model": "m", "cost_usd": 1}]}"""),
        new("GET", "/orgs/<org>/pause", Organisation, Admin),
        new("POST", "/orgs/<org>/pause", Organisation, Admin, Reason, Undo: "/orgs/<org>/resume"),
        new("POST", "/orgs/<org>/resume", Organisation, Admin),
        new("POST", "/orgs/<spareorg>/archive", Organisation, Admin),
        new("POST", "/orgs/<spareorg>/restore", Organisation, Admin),
        new("GET", "/orgs/<org>/sessions", Organisation, Admin),
        new("GET", "/orgs/<org>/alerts", Organisation, Admin),
        new("POST", "/orgs/<org>/alerts/acknowledge", Organisation, Admin, """{"kind": "fan_out"}"""),
        new("GET", "/orgs/<org>/events", Organisation, Admin),
        new("GET", "/orgs/<org>/webhooks", Organisation, Admin),
        new("POST", "/orgs/<org>/webhooks", Organisation, Admin, """{"url": "http://127.0.0.1:9/x", "events": ["stop"]}""", 201),
        new("GET", "/settings/orgs/<org>", Organisation, Admin),
        new("PATCH", "/settings/orgs/<org>", Organisation, Admin, """{"daily_cost_limit_usd": 1000}"""),

        new("GET", "/teams/<team>", Team, Agent),
        new("PATCH", "/teams/<team>", Team, Lead, """{"name": "Renamed"}"""),
        new("POST", "/teams/<team>/agents", Team, Lead, """{"name": "<new>"}""", 201),
        new("GET", "/teams/<team>/agents", Team, Agent),
        new("POST", "/teams/<team>/tasks", Team, Lead, """{"title": "New"}""", 201),
        new("GET", "/teams/<team>/tasks", Team, Agent),
        new("GET", "/teams/<team>/sessions", Team, Lead),
        new("GET", "/teams/<team>/costs", Team, Lead),
        new("GET", "/teams/<team>/costs?format=csv", Team, Lead),
        new("GET", "/teams/<team>/costs/labels?key=customer", Team, Lead),
        new("GET", "/teams/<team>/costs/label-keys", Team, Lead),
        new("GET", "/teams/<team>/costs/what-if?daily_cost_limit_usd=1", Team, Lead),
        new("POST", "/teams/<team>/costs/reconcile", Team, Lead, """{"invoice": [{"model": "m", "cost_usd": 1}]}"""),
        new("GET", "/teams/<team>/pause", Team, Lead),
        new("POST", "/teams/<team>/pause", Team, Lead, Reason, Undo: "/teams/<team>/resume"),
        new("POST", "/teams/<team>/resume", Team, Lead),
        new("POST", "/teams/<spareteam>/archive", Team, Admin),
        new("POST", "/teams/<spareteam>/restore", Team, Admin),
        new("GET", "/teams/<team>/alerts", Team, Lead),
        new("POST", "/teams/<team>/alerts/acknowledge", Team, Lead, """{"kind": "fan_out"}"""),
        new("GET", "/teams/<team>/human-requests", Team, Agent),
        new("GET", "/orgs/<org>/human-requests", Organisation, Admin),
        new("GET", "/teams/<team>/events", Team, Lead),
        new("GET", "/teams/<team>/webhooks", Team, Lead),
        new("POST", "/teams/<team>/webhooks", Team, Lead, """{"url": "http://127.0.0.1:9/x", "events": ["stop"]}""", 201),
        new("GET", "/settings/teams/<team>", Team, Lead),
        new("PATCH", "/settings/teams/<team>", Team, Lead, """{"weekly_cost_limit_usd": 1000}"""),

        new("GET", "/agents/<agent>", Own, Agent),
        new("PATCH", "/agents/<agent>", Own, Lead, """{"model": "other"}"""),
        new("GET", "/agents/<agent>/budget", Own, Agent),
        new("GET", "/agents/<agent>/sessions", Own, Agent),
        new("POST", "/hooks/claude-code?agent_id=<agent>", Own, Agent, """{"hook_event_name": "PreToolUse"}"""),
        new("GET", "/agents/<agent>/events", Own, Agent),
        new("GET", "/agents/<agent>/pause", Own, Agent),
        new("POST", "/agents/<agent>/pause", Own, Lead, Reason, Undo: "/agents/<agent>/resume"),
        new("POST", "/agents/<agent>/resume", Own, Lead),
        new("POST", "/agents/<spareagent>/archive", Own, Lead),
        new("POST", "/agents/<spareagent>/restore", Own, Lead),
        new("POST", "/agents/<spareagent>/move", Own, Admin, """{"team_id": "<spareteam>"}"""),
        new("GET", "/settings/agents/<agent>", Own, Lead),
        new("PATCH", "/settings/agents/<agent>", Own, Lead, """{"daily_cost_limit_usd": 1000}"""),

        new("GET", "/tasks/<task>", Team, Agent),
        new("PATCH", "/tasks/<task>", Team, Lead, """{"title": "Another"}"""),
        new("POST", "/tasks/<task>/status", Own, Agent, """{"status": "in_progress"}"""),

        new("POST", "/sessions/start", Own, Agent, """{"agent_id": "<agent>"}""", 201),
        new("GET", "/sessions/<session>", Own, Agent),
        new("POST", "/sessions/<session>/usage", Own, Agent, """{"input_tokens": 1, "output_tokens": 1, "cost_usd": 0.01}"""),
        new("GET", "/sessions/<session>/usage", Own, Agent),
        new("POST", "/sessions/<session>/reservations", Own, Agent, """{"estimated_cost_usd": 0.01}""", 201),
        new("POST", "/sessions/<session>/child-tokens", Own, Agent, "{}", 201),
        new("POST", "/sessions/<session>/end", Own, Agent),
        new("POST", "/sessions/<session>/kill", Own, Lead, Reason),
        new("POST", "/reservations/<reservation>/extend", Own, Agent, """{"ttl_seconds": 600}"""),
        new("DELETE", "/reservations/<reservation>", Own, Agent, Success: 204),

        // Each item is authorised separately; see AccessTests.
        new("POST", "/sessions/usage/batch", Unowned, Agent, """{"items": [{"session_id": <session>, "input_tokens": 1, "output_tokens": 1, "cost_usd": 0.01}]}"""),

        new("POST", "/human-requests", Own, Agent, """{"agent_id": "<agent>", "kind": "question", "question": "Why?"}""", 201),
        new("GET", "/human-requests/<request>", Own, Agent),
        new("POST", "/human-requests/<request>/respond", Own, Lead, """{"decision": "denied"}"""),
        new("GET", "/alerts/<alert>", Team, Lead),
        new("POST", "/alerts/<alert>/acknowledge", Team, Lead),
        new("GET", "/webhooks/<webhook>", Team, Lead),
        new("GET", "/webhooks/<webhook>/deliveries", Team, Lead),
        new("POST", "/webhooks/<webhook>/test", Team, Lead, Success: 202),
        new("DELETE", "/webhooks/<webhook>", Team, Lead, Success: 204),

        new("GET", "/budgets", Unowned, Lead),
        new("GET", "/budgets?team_id=<team>", Team, Lead),
        new("GET", "/budgets?org_id=<org>", Organisation, Lead),
        new("POST", "/budgets", Team, Lead, """{"scope": "team", "team_id": "<team>", "period": "hour", "limit_usd": 1000}""", 201),
        new("POST", "/budgets", Own, Lead, """{"scope": "agent", "match": "<agent>", "period": "hour", "limit_usd": 1000}""", 201),
        new("POST", "/budgets", Team, Lead, """{"scope": "task", "match": "<task>", "period": "hour", "limit_usd": 1000}""", 201),
        new("POST", "/budgets", Own, Lead, """{"scope": "session", "match": "<session>", "period": "hour", "limit_usd": 1000}""", 201),
        new("POST", "/budgets", Organisation, Admin, """{"scope": "model", "match": "*", "org_id": "<org>", "period": "hour", "limit_usd": 1000}""", 201),
        new("GET", "/budgets/<budget>", Team, Lead),
        new("PATCH", "/budgets/<budget>", Team, Lead, """{"limit_usd": 2000}"""),
        new("DELETE", "/budgets/<budget>", Team, Lead, Success: 204),

        new("GET", "/audit", Unowned, Lead),
        new("GET", "/audit?org_id=<org>", Organisation, Lead),
        new("GET", "/audit?team_id=<team>", Team, Lead),
        new("GET", "/keys", Unowned, Lead),
        new("POST", "/keys", Own, Lead, """{"name": "New", "role": "agent", "agent_id": "<agent>"}""", 201),
        new("POST", "/keys", Team, Admin, """{"name": "New", "role": "lead", "team_id": "<team>"}""", 201),
        new("POST", "/keys", Unowned, Admin, """{"name": "New", "role": "admin"}""", 201),
        new("DELETE", "/keys/<key>", Own, Lead, Success: 204),

        new("GET", "/guidelines", Unowned, Agent),
        new("GET", "/gateway", Unowned, Agent),
        new("GET", "/prices", Unowned, Agent),
        new("GET", "/prices?org_id=<org>", Organisation, Agent) { SucceedsForUnknownOrganisation = true },
        new("GET", "/prices/gpt-6-sol", Unowned, Agent),
        new("GET", "/prices/gpt-6-sol?org_id=<org>", Organisation, Agent) { SucceedsForUnknownOrganisation = true },
        new("PUT", "/prices/gpt-6-sol", Unowned, Admin, """{"input_usd_per_mtok": 1, "output_usd_per_mtok": 2}"""),
        new("PUT", "/prices/gpt-6-sol?org_id=<org>", Organisation, Admin, """{"input_usd_per_mtok": 1, "output_usd_per_mtok": 2}"""),
    ];

    public static IEnumerable<TestCaseData> Cases => Rows.Select((row, index) => new TestCaseData(row).SetArgDisplayNames($"{index:00} {row}"));
}
