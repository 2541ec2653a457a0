namespace Entourage.Api.Tests.BadInput;

/// <summary>Invalid audit queries.</summary>
internal static class BadInputAudit
{
    public static IEnumerable<TestCaseData> Cases => BadInputCase.Named(
    [
        .. new[] { "Paused", "pausing", "0", "paused,resumed" }.Select(action => Of($"the action {action}", $"action={action}").Invalid("action")),
        Of("an actor of two lines", "actor=a%0Ab").Invalid("actor"),
        Of("an actor of 256 characters", $"actor={new string('a', 256)}").Invalid("actor"),
        Of("a subject with a null byte", "subject=a%00").Invalid("subject"),
        Of("a subject of 241 characters", $"subject={new string('a', 241)}").Invalid("subject"),
        Of("an organisation that is none", "org_id=acme").Invalid("org_id"),
        Of("an organisation that there is not", "org_id=0197a000-0000-7000-8000-000000000000").Unknown(),
        Of("a team that is none", "team_id=1").Invalid("team_id"),
        Of("a team that there is not", "team_id=0197a000-0000-7000-8000-000000000000").Unknown(),
        Of("a beginning in words", "from=yesterday").Invalid("from"),
        Of("a beginning without an offset", "from=2026-06-01T00:00:00").Invalid("from"),
        Of("an end that is no date", "to=2026-02-30").Invalid("to"),
        Of("an end before its beginning", "from=2026-06-02&to=2026-06-01").Invalid("to"),
        Of("an end at its beginning", "from=2026-06-02T00:00:00Z&to=2026-06-02T00:00:00Z").Invalid("to"),
    ]);

    private static BadInputCase Of(string name, string query) => BadInputCase.Get(name, "/audit?" + query);
}
