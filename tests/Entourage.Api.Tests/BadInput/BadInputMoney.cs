namespace Entourage.Api.Tests.BadInput;

/// <summary>Invalid dollar amounts in every member that takes one.</summary>
internal static class BadInputMoney
{
    private static readonly (string Path, string Member)[] Members =
    [
        ("/sessions/<session>/usage", "cost_usd"),
        ("/sessions/<session>/reservations", "estimated_cost_usd"),
        ("/human-requests", "requested_usd"),
        ("/human-requests/<request>/respond", "granted_usd"),
        ("/settings/teams/<team>", "daily_cost_limit_usd"),
        ("/settings/teams/<team>", "weekly_cost_limit_usd"),
        ("/settings/teams/<team>", "monthly_cost_limit_usd"),
        ("/settings/teams/<team>", "task_cost_limit_usd"),
        ("/settings/teams/<team>", "session_cost_limit_usd"),
        ("/settings/teams/<team>", "agent_daily_cost_limit_usd"),
        ("/settings/agents/<agent>", "daily_cost_limit_usd"),
        ("/settings/orgs/<org>", "daily_cost_limit_usd"),
        ("/settings/orgs/<org>", "monthly_cost_limit_usd"),
    ];

    /// <summary>Numbers that are invalid as stated amounts.</summary>
    public static readonly (string Name, string Json)[] NotAllowed =
    [
        ("-1", "-1"),
        ("a nano-dollar below zero", "-0.000000001"),
        ("a nano-dollar above a million", "1000000.000000001"),
        ("1e7", "1e7"),
        ("1e400", "1e400"),
        ("-1e400", "-1e400"),
        ("100,000 digits", new string('9', 100_000)),
    ];

    // Spent amounts are rounded up instead.
    private static readonly (string Name, string Json)[] TooPrecise =
    [
        ("1e-10", "1e-10"),
        ("10 decimals", "0.1234567891"),
        ("10 decimals with an exponent", "1234567891e-10"),
        ("a decimal beyond what a decimal holds", "0.00000000000000000000000000000000000001"),
        ("a decimal after 28 digits", "1.0000000000000000000000000000000001"),
        ("10 decimals that begin before the point", "100.0e-12"),
        ("the least exponent of 32 bits", "1e-2147483648"),
        ("the least exponent of 64 bits", "1e-9223372036854775808"),
        ("an exponent beyond 64 bits", "1e-99999999999999999999"),
        ("100,000 decimals", $"0.{new string('0', 100_000)}1"),
    ];

    private static readonly string[] Rounded = ["cost_usd", "estimated_cost_usd"];

    private static readonly (string Name, string Json)[] NoNumber =
    [
        ("a text", "\"5.00\""),
        ("a currency", "\"$5\""),
        ("truth", "true"),
        ("a list", "[5]"),
        ("an object", "{\"usd\": 5}"),
        ("NaN", "NaN"),
        ("Infinity", "Infinity"),
        ("-Infinity", "-Infinity"),
        ("NaN as a text", "\"NaN\""),
        ("a leading zero", "05"),
        ("no digit before the point", ".5"),
        ("no digit after the point", "5."),
        ("a plus sign", "+5"),
        ("a decimal comma", "0,50"),
        ("Arabic-Indic digits", "٥"),
    ];

    public static IEnumerable<TestCaseData> Cases => BadInputCase.Named(Members.SelectMany(member =>
    {
        // A comma ends a number, and what follows it is not a member.
        return NotAllowed.Concat(Rounded.Contains(member.Member) ? [] : TooPrecise).Select(amount => Of(member, amount).Invalid(member.Member))
            .Concat(NoNumber.Select(amount => Of(member, amount).Malformed(amount.Json == "0,50" ? "body" : member.Member)));
    }));

    private static BadInputCase Of((string Path, string Member) member, (string Name, string Json) amount)
    {
        var name = $"{member.Member}: {amount.Name}";
        return member.Member switch
        {
            "cost_usd" => BadInputCase.Post(name, member.Path, $$"""{"input_tokens": 1, "output_tokens": 1, "cost_usd": {{amount.Json}}}"""),
            "estimated_cost_usd" => BadInputCase.Post(name, member.Path, $$"""{"estimated_cost_usd": {{amount.Json}}}"""),
            "requested_usd" => BadInputCase.Post(
                name, member.Path, $$"""{"agent_id": "<agent>", "kind": "budget_increase", "question": "More?", "requested_usd": {{amount.Json}}}"""),
            "granted_usd" => BadInputCase.Post(name, member.Path, $$"""{"decision": "approved", "granted_usd": {{amount.Json}}}"""),
            _ => BadInputCase.Patch(name, member.Path, $$"""{"{{member.Member}}": {{amount.Json}}}"""),
        };
    }
}
