namespace Entourage.Api.Tests.BadInput;

/// <summary>Invalid kills, pauses, resumes and moves. The clock is at 2026-06-10T12:00:00Z.</summary>
internal static class BadInputStops
{
    private static readonly string[] Reasoned =
        ["/sessions/<session>/kill", "/agents/<agent>/pause", "/teams/<team>/pause", "/orgs/<org>/pause"];

    public static IEnumerable<TestCaseData> Cases => BadInputCase.Named([.. Reasoned.SelectMany(ReasonCases), .. Ends, .. Resumes, .. Moves]);

    private static IEnumerable<BadInputCase> Ends =>
    [
        Until("in the past", "\"2026-06-10T11:59:59Z\"").Invalid("expires_at"),
        Until("at this instant", "\"2026-06-10T12:00:00Z\"").Invalid("expires_at"),
        Until("in the past by its offset", "\"2026-06-10T13:00:00+02:00\"").Invalid("expires_at"),
        Until("without an offset", "\"2026-06-10T13:00:00\"").Invalid("expires_at"),
        Until("in words", "\"tomorrow\"").Invalid("expires_at"),
        Until("that is empty", "\"\"").Invalid("expires_at"),
        Until("of a Unix time", "1781096400").Malformed("expires_at"),
        Until("that is true", "true").Malformed("expires_at"),
    ];

    private static IEnumerable<BadInputCase> Resumes =>
    [
        BadInputCase.Post("a blank reason", "/agents/<agent>/resume", """{"reason": " "}""").Invalid("reason"),
        BadInputCase.Post("a reason that is a list", "/teams/<team>/resume", """{"reason": []}""").Malformed("reason"),
        BadInputCase.Post("a reason of 501 characters", "/orgs/<org>/resume", $$"""{"reason": "{{new string('r', 501)}}"}""").Invalid("reason"),
        BadInputCase.Post("an end", "/orgs/<org>/resume", """{"expires_at": null}""").Malformed("expires_at"),
    ];

    private static IEnumerable<BadInputCase> Moves =>
    [
        Move("no team", "{}").Invalid("team_id"),
        Move("a team of null", """{"team_id": null}""").Invalid("team_id"),
        Move("the nil team", """{"team_id": "00000000-0000-0000-0000-000000000000"}""").Unknown(),
        Move("a team that is a name", """{"team_id": "Core"}""").Invalid("team_id"),
        Move("an unknown team", """{"team_id": "00000000-0000-7000-8000-000000000001"}""").Unknown(),
        Move("an agent as the team", """{"team_id": "<agent>"}""").Unknown(),
        Move("an unknown member", """{"team_id": "<team>", "organisation_id": "<org>"}""").Malformed("organisation_id"),
        From("in the past", "\"2026-06-10T11:59:59Z\"").Invalid("from"),
        From("on a day in the past", "\"2026-06-10\"").Invalid("from"),
        From("too far ahead", "\"2027-06-13\"").Invalid("from"),
        From("without an offset", "\"2026-07-10T13:00:00\"").Invalid("from"),
        From("that does not exist", "\"2026-06-31\"").Invalid("from"),
        From("in words", "\"tomorrow\"").Invalid("from"),
        From("that is empty", "\"\"").Invalid("from"),
        From("of a Unix time", "1781096400").Malformed("from"),
    ];

    private static IEnumerable<BadInputCase> ReasonCases(string path) =>
    [
        BadInputCase.Post("no reason", path, "{}").Invalid("reason"),
        BadInputCase.Post("a reason of null", path, """{"reason": null}""").Invalid("reason"),
        BadInputCase.Post("an empty reason", path, """{"reason": ""}""").Invalid("reason"),
        BadInputCase.Post("a blank reason", path, """{"reason": "  "}""").Invalid("reason"),
        BadInputCase.Post("a reason of two lines", path, """{"reason": "a\nb"}""").Invalid("reason"),
        BadInputCase.Post("a reason of 501 characters", path, $$"""{"reason": "{{new string('r', 501)}}"}""").Invalid("reason"),
        BadInputCase.Post("a reason with a null byte", path, """{"reason": "\u0000"}""").Invalid("reason"),
        BadInputCase.Post("a reason that is a number", path, """{"reason": 5}""").Malformed("reason"),
        BadInputCase.Post("an unknown member", path, """{"reason": "enough", "by": "me"}""").Malformed("by"),
        BadInputCase.Post("a list", path, "[]").Malformed(),
        BadInputCase.Post("no JSON", path, "enough").Malformed(),
    ];

    private static BadInputCase Move(string name, string json) => BadInputCase.Post($"a move with {name}", "/agents/<agent>/move", json);

    private static BadInputCase From(string name, string json) => Move($"a start {name}", $$"""{"team_id": "<team>", "from": {{json}}}""");

    private static BadInputCase Until(string name, string json) =>
        BadInputCase.Post($"an end {name}", "/teams/<team>/pause", $$"""{"reason": "enough", "expires_at": {{json}}}""");
}
