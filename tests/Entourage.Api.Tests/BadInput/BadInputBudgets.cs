namespace Entourage.Api.Tests.BadInput;

/// <summary>Invalid budgets.</summary>
internal static class BadInputBudgets
{
    private const string Budgets = "/budgets";

    public static IEnumerable<TestCaseData> Cases => BadInputCase.Named(
    [
        Post("no scope", """{"team_id": "<team>", "period": "day", "limit_usd": 1}""").Invalid("scope"),
        Post("an unknown scope", """{"scope": "planet", "period": "day", "limit_usd": 1}""").Invalid("scope"),
        Post("a scope of counters", """{"scope": "rule", "match": "1", "org_id": "<org>", "period": "day", "limit_usd": 1}""").Invalid("scope"),
        Post("a scope by number", """{"scope": 2, "period": "day", "limit_usd": 1}""").Malformed("scope"),
        Post("no period", """{"scope": "team", "team_id": "<team>", "limit_usd": 1}""").Invalid("period"),
        Post("an unknown period", """{"scope": "team", "team_id": "<team>", "period": "year", "limit_usd": 1}""").Invalid("period"),
        Post("no limit", """{"scope": "team", "team_id": "<team>", "period": "day"}""").Invalid("limit_usd"),
        Post("a negative limit", """{"scope": "team", "team_id": "<team>", "period": "day", "limit_usd": -1}""").Invalid("limit_usd"),
        Post("a limit that is too large", """{"scope": "team", "team_id": "<team>", "period": "day", "limit_usd": 1000001}""").Invalid("limit_usd"),
        Post("a limit that is a text", """{"scope": "team", "team_id": "<team>", "period": "day", "limit_usd": "1"}""").Malformed("limit_usd"),
        Post("negative tokens", """{"scope": "team", "team_id": "<team>", "period": "day", "limit_tokens": -1}""").Invalid("limit_tokens"),
        Post("too many tokens", """{"scope": "team", "team_id": "<team>", "period": "day", "limit_tokens": 1000000000000000001}""").Invalid("limit_tokens"),
        Post("half a token", """{"scope": "team", "team_id": "<team>", "period": "day", "limit_tokens": 0.5}""").Invalid("limit_tokens"),
        Post("a month from day 0", """{"scope": "team", "team_id": "<team>", "period": "month", "starts_on": 0, "limit_usd": 1}""").Invalid("starts_on"),
        Post("a month from day 32", """{"scope": "team", "team_id": "<team>", "period": "month", "starts_on": 32, "limit_usd": 1}""").Invalid("starts_on"),
        Post("a day from day 5", """{"scope": "team", "team_id": "<team>", "period": "day", "starts_on": 5, "limit_usd": 1}""").Invalid("starts_on"),
        Post("a blank name", """{"scope": "team", "team_id": "<team>", "period": "day", "limit_usd": 1, "name": " "}""").Invalid("name"),
        Post("a name of two lines", """{"scope": "team", "team_id": "<team>", "period": "day", "limit_usd": 1, "name": "a\nb"}""").Invalid("name"),
        Post("falling thresholds", """{"scope": "team", "team_id": "<team>", "period": "day", "limit_usd": 1, "thresholds": [0.8, 0.5]}""").Invalid("thresholds"),
        Post("an unknown enforcement", """{"scope": "team", "team_id": "<team>", "period": "day", "limit_usd": 1, "enforcement": "soft"}""").Invalid("enforcement"),
        Post("an unknown team", """{"scope": "team", "team_id": "<nobody>", "period": "day", "limit_usd": 1}""").Unknown(),
        Post("an unknown organisation", """{"scope": "organisation", "org_id": "<nobody>", "period": "day", "limit_usd": 1}""").Unknown(),
        Post("an organisation's with a team", """{"scope": "organisation", "team_id": "<team>", "period": "day", "limit_usd": 1}""").Invalid("team_id"),
        Post("no organisation", """{"scope": "organisation", "period": "day", "limit_usd": 1}""").Invalid("org_id"),
        Post("no agent", """{"scope": "agent", "team_id": "<team>", "period": "day", "limit_usd": 1}""").Invalid("match"),
        Post("an agent by name", """{"scope": "agent", "match": "eng-1", "team_id": "<team>", "period": "day", "limit_usd": 1}""").Invalid("match"),
        Post("an unknown agent", """{"scope": "agent", "match": "<nobody>", "period": "day", "limit_usd": 1}""").Unknown(),
        Post("a foreign agent", """{"scope": "agent", "match": "<foreign-agent>", "team_id": "<team>", "period": "day", "limit_usd": 1}""").Invalid("match"),
        Post("a foreign task", """{"scope": "task", "match": "<foreign-task>", "team_id": "<team>", "period": "day", "limit_usd": 1}""").Invalid("match"),
        Post("a task as a number", """{"scope": "task", "match": 7, "period": "day", "limit_usd": 1}""").Malformed("match"),
        Post("a negative session", """{"scope": "session", "match": "-1", "team_id": "<team>", "period": "day", "limit_usd": 1}""").Invalid("match"),
        Post("a label without a value", """{"scope": "label", "match": "customer", "team_id": "<team>", "period": "day", "limit_usd": 1}""").Invalid("match"),
        Post("a label with a beginning", """{"scope": "label", "match": "customer=ac*", "team_id": "<team>", "period": "day", "limit_usd": 1}""").Invalid("match"),
        Post("a label with a blank in its key", """{"scope": "label", "match": "the customer=acme", "team_id": "<team>", "period": "day", "limit_usd": 1}""").Invalid("match"),
        Post("a model with two stars", """{"scope": "model", "match": "*-opus-*", "team_id": "<team>", "period": "day", "limit_usd": 1}""").Invalid("match"),
        Post("a stated id", """{"id": "5", "scope": "team", "team_id": "<team>", "period": "day", "limit_usd": 1}""").Malformed("id"),
        BadInputCase.Get("an unknown number", "/budgets/999999").Unknown(),
        BadInputCase.Get("a number with a zero", "/budgets/01").Unknown(),
        BadInputCase.Get("an id of nothing", "/budgets/team-<nobody>-day").Unknown(),
        BadInputCase.Get("a setting without a limit", "/budgets/team-<team>-day").Unknown(),
        BadInputCase.Get("an id of another form", "/budgets/team-<team>-year").Unknown(),
        BadInputCase.Patch("a removed limit of a setting", "/budgets/team-<team>-week", """{"limit_usd": null}""").Invalid("limit_usd"),
        BadInputCase.Patch("a name for a setting", "/budgets/team-<team>-week", """{"name": "Week"}""").Invalid("name"),
        BadInputCase.Patch("another period", "/budgets/team-<team>-week", """{"period": "day"}""").Invalid("period"),
        BadInputCase.Patch("an unknown member", "/budgets/team-<team>-week", """{"limit": 1}""").Malformed("limit"),
        BadInputCase.Patch("a limit that is too large for a setting", "/budgets/team-<team>-week", """{"limit_usd": 1000001}""").Invalid("limit_usd"),
        new BadInputCase("an unknown budget", "DELETE", "/budgets/999999").Unknown(),
        BadInputCase.Get("budgets of an unknown scope", "/budgets?scope=planet").Invalid("scope"),
        BadInputCase.Get("budgets of an unknown team", "/budgets?team_id=<nobody>").Unknown(),
        BadInputCase.Get("budgets of an unknown cursor", "/budgets?cursor=eA").Invalid("cursor"),
        BadInputCase.Get("no budgets", "/budgets?limit=0").Invalid("limit"),
    ]);

    private static BadInputCase Post(string name, string body) => BadInputCase.Post(name, Budgets, body);
}
