namespace Entourage.Api.Tests.BadInput;

/// <summary>Invalid organisations, teams, agents and settings.</summary>
internal static class BadInputTeams
{
    private const string Teams = "/orgs/<org>/teams";
    private const string Agents = "/teams/<team>/agents";
    private const string Agent = "/agents/<agent>";
    private const string Settings = "/settings/teams/<team>";

    public static IEnumerable<TestCaseData> Cases => BadInputCase.Named([.. Organisations, .. Names, .. TeamCases, .. AgentCases, .. SettingsCases]);

    private static IEnumerable<BadInputCase> Organisations =>
    [
        Org("no name", """{"slug": "new"}""").Invalid("name"),
        Org("no slug", """{"name": "New"}""").Invalid("slug"),
        Org("a slug of null", """{"name": "New", "slug": null}""").Invalid("slug"),
        Org("a slug that is a number", """{"name": "New", "slug": 5}""").Malformed("slug"),
        Slug("in upper case", "New"),
        Slug("that is empty", ""),
        Slug("with a closing line end", "new\\n"),
        Slug("with a null byte", "new\\u0000"),
        Slug("with a space", "new org"),
        Slug("with an underscore", "new_org"),
        Slug("in Cyrillic", "асме"),
        Slug("with an Arabic-Indic digit", "team-٣"),
        Slug("with a dotless i", "acme-ı"),
        Slug("of 101 characters", new string('a', 101)),
        Org("a slug that is taken", """{"name": "New", "slug": "<slug>"}""").Conflict("duplicate"),
        Org("its id", """{"name": "New", "slug": "new", "id": "<nobody>"}""").Malformed("id"),
    ];

    private static IEnumerable<BadInputCase> Names => new[] { ("POST", "/orgs"), ("POST", Teams), ("POST", Agents), ("PATCH", Agent), ("PATCH", "/orgs/<org>"), ("PATCH", "/teams/<team>") }
        .SelectMany(route => new[]
        {
            Name(route, "of null", "null").Invalid("name"),
            Name(route, "that is empty", "\"\"").Invalid("name"),
            Name(route, "of white space", "\" \\u00a0 \"").Invalid("name"),
            Name(route, "of 201 characters", $"\"{new string('n', 201)}\"").Invalid("name"),
            Name(route, "of 101 emoji", $"\"{string.Concat(Enumerable.Repeat("😀", 101))}\"").Invalid("name"),
            Name(route, "with a null byte", "\"a\\u0000b\"").Invalid("name"),
            Name(route, "with an escape", "\"a\\u001b[31mb\"").Invalid("name"),
            Name(route, "with a line end", "\"a\\nb\"").Invalid("name"),
            Name(route, "with a C1 control character", "\"a\\u009bb\"").Invalid("name"),
            Name(route, "of half a surrogate pair", "\"\\ud800\"").Malformed("name"),
            Name(route, "of a surrogate pair the wrong way round", "\"\\ude00\\ud83d\"").Malformed("name"),
            Name(route, "that is a number", "7").Malformed("name"),
            Name(route, "that is a list", "[\"a\"]").Malformed("name"),
            Name(route, "that is an object", "{}").Malformed("name"),
        });

    private static IEnumerable<BadInputCase> TeamCases =>
    [
        Team("no name", """{"slug": "new"}""").Invalid("name"),
        Team("a bad slug", """{"name": "New", "slug": "New"}""").Invalid("slug"),
        Team("a slug that is taken", """{"name": "New", "slug": "<slug>"}""").Conflict("duplicate"),
        Zone("on Mars", "Mars/Olympus_Mons", "unknown-timezone"),
        Zone("of Windows", "Eastern Standard Time", "unknown-timezone"),
        Zone("that is an offset", "+02:00", "unknown-timezone"),
        Zone("that is another file", "../../etc/passwd", "unknown-timezone"),
        Zone("in lower case", "europe/berlin", "unknown-timezone"),
        Zone("that is empty", "", "validation"),
        Zone("with a line end", "Europe/Berlin\\n", "validation"),
        Zone("with a null byte", "UTC\\u0000", "validation"),
        Zone("of 65 characters", new string('z', 65), "validation"),
        Team("a time zone that is a number", """{"name": "New", "slug": "new", "timezone": 2}""").Malformed("timezone"),
    ];

    private static IEnumerable<BadInputCase> AgentCases =>
    [
        BadInputCase.Post("no name", Agents, """{"role": "engineer"}""").Invalid("name"),
        BadInputCase.Post("a name that is taken", Agents, """{"name": "eng-2"}""").Conflict("duplicate"),
        BadInputCase.Post("an unknown role", Agents, """{"name": "new", "role": "boss"}""").Invalid("role"),
        BadInputCase.Post("a role in upper case", Agents, """{"name": "new", "role": "Engineer"}""").Invalid("role"),
        BadInputCase.Post("a role by number", Agents, """{"name": "new", "role": 1}""").Malformed("role"),
        BadInputCase.Post("a role by number in a text", Agents, """{"name": "new", "role": "1"}""").Invalid("role"),
        BadInputCase.Post("a role of half a surrogate pair", Agents, """{"name": "new", "role": "\udc00"}""").Malformed("role"),
        BadInputCase.Post("a blank model", Agents, """{"name": "new", "model": " "}""").Invalid("model"),
        BadInputCase.Post("a model with a null byte", Agents, """{"name": "new", "model": "a\u0000"}""").Invalid("model"),
        BadInputCase.Post("a model of 101 characters", Agents, $$"""{"name": "new", "model": "{{new string('m', 101)}}"}""").Invalid("model"),
        BadInputCase.Patch("the name of another", Agent, """{"name": "eng-2"}""").Conflict("duplicate"),
        BadInputCase.Patch("an unknown role", Agent, """{"role": "boss"}""").Invalid("role"),
        BadInputCase.Patch("no role", Agent, """{"role": null}""").Malformed("role"),
        BadInputCase.Patch("a model that is a number", Agent, """{"model": 4}""").Malformed("model"),
        BadInputCase.Patch("a model with a line end", Agent, """{"model": "a\n"}""").Invalid("model"),
        BadInputCase.Patch("its status", Agent, """{"status": "idle"}""").Malformed("status"),
        BadInputCase.Patch("a name twice", Agent, """{"name": "a", "name": "b"}""").Malformed("name"),
        BadInputCase.Patch("one bad member among good ones", Agent, """{"name": "good", "role": "reviewer", "model": ""}""").Invalid("model"),
    ];

    private static IEnumerable<BadInputCase> SettingsCases =>
    [
        BadInputCase.Patch("an unknown enforcement", Settings, """{"enforcement": "soft"}""").Invalid("enforcement"),
        BadInputCase.Patch("an enforcement by number", Settings, """{"enforcement": 0}""").Malformed("enforcement"),
        BadInputCase.Patch("no enforcement", Settings, """{"enforcement": null}""").Malformed("enforcement"),
        BadInputCase.Patch("an unknown on_exceed", Settings, """{"on_exceed": "maim"}""").Invalid("on_exceed"),
        BadInputCase.Patch("a null on_exceed", Settings, """{"on_exceed": null}""").Malformed("on_exceed"),
        BadInputCase.Patch("a silence of 4 minutes", Settings, """{"abandoned_after_minutes": 4}""").Invalid("abandoned_after_minutes"),
        BadInputCase.Patch("a silence of 10,081 minutes", Settings, """{"abandoned_after_minutes": 10081}""").Invalid("abandoned_after_minutes"),
        BadInputCase.Patch("a silence of half a minute", Settings, """{"abandoned_after_minutes": 60.5}""").Invalid("abandoned_after_minutes"),
        BadInputCase.Patch("a silence as a text", Settings, """{"abandoned_after_minutes": "60"}""").Malformed("abandoned_after_minutes"),
        BadInputCase.Patch("a flag that is a text", Settings, """{"apply_guideline_budgets": "true"}""").Malformed("apply_guideline_budgets"),
        BadInputCase.Patch("a flag that is a number", Settings, """{"apply_guideline_budgets": 1}""").Malformed("apply_guideline_budgets"),
        BadInputCase.Patch("no flag", Settings, """{"apply_guideline_budgets": null}""").Malformed("apply_guideline_budgets"),
        Thresholds("of zero", "[0]").Invalid("alert_thresholds"),
        Thresholds("above ten", "[10.01]").Invalid("alert_thresholds"),
        Thresholds("that fall", "[0.8, 0.5]").Invalid("alert_thresholds"),
        Thresholds("that repeat", "[0.5, 0.50]").Invalid("alert_thresholds"),
        Thresholds("too many", "[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1]").Invalid("alert_thresholds"),
        Thresholds("with five decimals", "[0.00001]").Invalid("alert_thresholds"),
        Thresholds("in a text", "\"0.5\"").Malformed("alert_thresholds"),
        Thresholds("that are texts", "[\"0.5\"]").Malformed("alert_thresholds"),
        Fallbacks("with a share above 1", """[{"when_spent": 1.01, "from": "a", "to": "b"}]""").Invalid("model_fallbacks"),
        Fallbacks("with five decimals", """[{"when_spent": 0.00001, "from": "a", "to": "b"}]""").Invalid("model_fallbacks"),
        Fallbacks("without a share", """[{"from": "a", "to": "b"}]""").Invalid("model_fallbacks"),
        Fallbacks("without a model", """[{"when_spent": 0.8, "from": "a"}]""").Invalid("model_fallbacks"),
        Fallbacks("for every model", """[{"when_spent": 0.8, "from": "*", "to": "b"}]""").Invalid("model_fallbacks"),
        Fallbacks("with a wildcard within a name", """[{"when_spent": 0.8, "from": "a*c", "to": "b"}]""").Invalid("model_fallbacks"),
        Fallbacks("to a wildcard", """[{"when_spent": 0.8, "from": "a", "to": "b*"}]""").Invalid("model_fallbacks"),
        Fallbacks("with a line end in a name", """[{"when_spent": 0.8, "from": "a", "to": "b\n"}]""").Invalid("model_fallbacks"),
        Fallbacks("of null", "[null]").Invalid("model_fallbacks"),
        Fallbacks("too many", $"[{string.Join(',', Enumerable.Repeat("""{"when_spent": 0.8, "from": "a", "to": "b"}""", 21))}]").Invalid("model_fallbacks"),
        Fallbacks("with an unknown member", """[{"when_spent": 0.8, "from": "a", "to": "b", "until": 1}]""").Malformed("model_fallbacks"),
        Fallbacks("with a share in a text", """[{"when_spent": "0.8", "from": "a", "to": "b"}]""").Malformed("model_fallbacks"),
        Fallbacks("that are an object", """{"when_spent": 0.8, "from": "a", "to": "b"}""").Malformed("model_fallbacks"),
        Runaway("of null", "null").Invalid("runaway"),
        Runaway("that is a number", "5").Malformed("runaway"),
        Runaway("with an unknown member", """{"max_calls": 5}""").Malformed("runaway"),
        Runaway("with a member twice", """{"max_tokens": 5, "max_tokens": 6}""").Malformed("runaway"),
        Runaway("with a window of nothing", """{"window_minutes": 0}""").Invalid("runaway.window_minutes"),
        Runaway("with a window beyond a day", """{"window_minutes": 1441}""").Invalid("runaway.window_minutes"),
        Runaway("with no window", """{"window_minutes": null}""").Malformed("runaway"),
        Runaway("with half a minute", """{"window_minutes": 0.5}""").Invalid("runaway"),
        Runaway("with tokens of nothing", """{"max_tokens": 0}""").Invalid("runaway.max_tokens"),
        Runaway("with too many tokens", """{"max_tokens": 10000000001}""").Invalid("runaway.max_tokens"),
        Runaway("with tokens in a text", """{"max_tokens": "500"}""").Malformed("runaway"),
        Runaway("with one error", """{"max_repeated_errors": 1}""").Invalid("runaway.max_repeated_errors"),
        Runaway("with too many errors", """{"max_repeated_errors": 1001}""").Invalid("runaway.max_repeated_errors"),
        Runaway("with an unknown action", """{"action": "restart"}""").Invalid("runaway"),
        Runaway("with no action", """{"action": null}""").Malformed("runaway"),
        BadInputCase.Patch("no time zone", Settings, """{"timezone": null}""").Invalid("timezone"),
        BadInputCase.Patch("an unknown time zone", Settings, """{"timezone": "Mars/Olympus_Mons"}""").Invalid("timezone", "unknown-timezone"),
        BadInputCase.Patch("a good limit and a bad time zone", Settings, """{"daily_cost_limit_usd": 1, "timezone": "local"}""").Invalid("timezone", "unknown-timezone"),
        BadInputCase.Patch("a limit twice", Settings, """{"daily_cost_limit_usd": 1, "daily_cost_limit_usd": 2}""").Malformed("daily_cost_limit_usd"),
        BadInputCase.Patch("a misspelt limit", Settings, """{"daily_limit_usd": 1}""").Malformed("daily_limit_usd"),
        BadInputCase.Patch("a limit that agents do not have", "/settings/agents/<agent>", """{"monthly_cost_limit_usd": 1}""").Malformed("monthly_cost_limit_usd"),
        BadInputCase.Patch("a limit that organisations do not have", "/settings/orgs/<org>", """{"weekly_cost_limit_usd": 1}""").Malformed("weekly_cost_limit_usd"),
    ];

    private static BadInputCase Thresholds(string name, string json) =>
        BadInputCase.Patch($"thresholds {name}", Settings, $$"""{"alert_thresholds": {{json}}}""");

    private static BadInputCase Fallbacks(string name, string json) =>
        BadInputCase.Patch($"fallbacks {name}", Settings, $$"""{"model_fallbacks": {{json}}}""");

    private static BadInputCase Runaway(string name, string json) => BadInputCase.Patch($"a runaway {name}", Settings, $$"""{"runaway": {{json}}}""");

    private static BadInputCase Org(string name, string body) => BadInputCase.Post(name, "/orgs", body);

    private static BadInputCase Slug(string name, string slug) => Org($"a slug {name}", $$"""{"name": "New", "slug": "{{slug}}"}""").Invalid("slug");

    private static BadInputCase Team(string name, string body) => BadInputCase.Post(name, Teams, body);

    private static BadInputCase Zone(string name, string zone, string problem) =>
        Team($"a time zone {name}", $$"""{"name": "New", "slug": "new", "timezone": "{{zone}}"}""").Invalid("timezone", problem);

    private static BadInputCase Name((string Method, string Path) route, string name, string json) => route switch
    {
        ("PATCH", _) => BadInputCase.Patch($"a name {name}", route.Path, $$"""{"name": {{json}}}"""),
        (_, Agents) => BadInputCase.Post($"a name {name}", route.Path, $$"""{"name": {{json}}}"""),
        _ => BadInputCase.Post($"a name {name}", route.Path, $$"""{"name": {{json}}, "slug": "new"}"""),
    };
}
