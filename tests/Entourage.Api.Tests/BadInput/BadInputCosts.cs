namespace Entourage.Api.Tests.BadInput;

/// <summary>Invalid cost queries, simulated caps and invoices.</summary>
internal static class BadInputCosts
{
    private const string WhatIf = "/teams/<team>/costs/what-if";

    private static readonly string[] Reconciles = ["/teams/<team>/costs/reconcile", "/orgs/<org>/costs/reconcile"];

    public static IEnumerable<TestCaseData> Cases => BadInputCase.Named([.. WhatIfCases, .. LabelCases, .. Reconciles.SelectMany(ReconcileCases)]);

    private static IEnumerable<BadInputCase> WhatIfCases =>
    [
        BadInputCase.Get("no cap", WhatIf).Invalid("daily_cost_limit_usd"),
        BadInputCase.Get("no cap, with days", WhatIf + "?days=7").Invalid("daily_cost_limit_usd"),
        .. new[]
        {
            "", "-1", "-0.000000001", "1000000.000000001", "1e7", "0.1234567891", "1e400", "ten", "%2410", "1,5", "05", ".5", "%2B5", "NaN",
            "null", "true", "%225%22", "[5]", "5;6", "5%00", "%D9%A5",
        }
            .Select(cap => BadInputCase.Get($"a cap of {cap}", $"{WhatIf}?daily_cost_limit_usd={cap}").Invalid("daily_cost_limit_usd")),
        .. new[] { "0", "91", "-1", "1.5", "", "abc", "2147483648", "%D9%A3" }
            .Select(days => BadInputCase.Get($"{days} days", $"{WhatIf}?daily_cost_limit_usd=1&days={days}").Invalid("days")),
    ];

    private static IEnumerable<BadInputCase> LabelCases =>
    [
        .. new[] { "/teams/<team>", "/orgs/<org>" }.SelectMany(path => (BadInputCase[])
        [
            BadInputCase.Get("no key", $"{path}/costs/labels").Invalid("key"),
            BadInputCase.Get("an empty key", $"{path}/costs/labels?key=").Invalid("key"),
            BadInputCase.Get("a key that is a label", $"{path}/costs/labels?key=a%3Db").Invalid("key"),
            BadInputCase.Get("a long key", $"{path}/costs/labels?key={new string('k', 41)}").Invalid("key"),
            .. new[] { "0", "201", "-1", "ten" }.Select(limit => BadInputCase.Get($"a limit of {limit}", $"{path}/costs/labels?key=a&limit={limit}").Invalid("limit")),
            .. new[] { "/costs?", "/costs?format=csv&", "/costs/labels?key=a&", "/sessions?" }.SelectMany(list => new[] { "", "a", "%3D", "a%3D", "%3Db", "a%20b%3Dc", "a%3D%20b", "a%3Db%0Ac" }
                .Select(label => BadInputCase.Get($"a label of '{label}' in {list}", $"{path}{list}label={label}").Invalid("label"))),
            BadInputCase.Get("a label twice", $"{path}/costs?label=a%3D1&label=A%3D2").Invalid("label"),
            BadInputCase.Get("6 labels", $"{path}/costs?{string.Join('&', Enumerable.Range(0, 6).Select(i => $"label=k{i}%3D1"))}").Invalid("label"),
            BadInputCase.Get("1,100 labels", $"{path}/costs?{string.Join('&', Enumerable.Repeat("label=", 1_100))}").Invalid("label"),
            .. new[] { "a,", ",a", "a,A", "a%3Db", "1,2,3,4,5,6,7,8,9,10,11" }
                .Select(keys => BadInputCase.Get($"columns of '{keys}'", $"{path}/costs?format=csv&label_columns={keys}").Invalid("label_columns")),
        ]),
        BadInputCase.Get("no label of an agent's sessions", "/agents/<agent>/sessions?label=a").Invalid("label"),
    ];

    private static IEnumerable<BadInputCase> ReconcileCases(string path)
    {
        return
        [
            Of("no invoice", "{}").Invalid("invoice"),
            Of("an invoice of nothing", """{"invoice": null}""").Invalid("invoice"),
            Of("a line instead of an invoice", """{"invoice": {"model": "gpt-5", "cost_usd": 1}}""").Malformed("invoice"),
            Of("a line of nothing", """{"invoice": [null]}""").Invalid("invoice[0]"),
            Of("an empty line", """{"invoice": [{"model": "gpt-5", "cost_usd": 1}, {"cost_usd": 1}]}""").Invalid("invoice[1].model"),
            Of("a blank model", """{"invoice": [{"model": " ", "cost_usd": 1}]}""").Invalid("invoice[0].model"),
            Of("a long model", $$"""{"invoice": [{"model": "{{new string('m', 201)}}", "cost_usd": 1}]}""").Invalid("invoice[0].model"),
            Of("a number as a model", """{"invoice": [{"model": 5, "cost_usd": 1}]}""").Malformed("invoice"),
            Of("no amount", """{"invoice": [{"model": "gpt-5"}]}""").Invalid("invoice[0].cost_usd"),
            Of("an amount below zero", """{"invoice": [{"model": "gpt-5", "cost_usd": -0.01}]}""").Invalid("invoice[0].cost_usd"),
            Of("an amount above a million", """{"invoice": [{"model": "gpt-5", "cost_usd": 1000000.01}]}""").Invalid("invoice[0].cost_usd"),
            Of("10 decimals", """{"invoice": [{"model": "gpt-5", "cost_usd": 0.1234567891}]}""").Invalid("invoice"),
            Of("an amount as a text", """{"invoice": [{"model": "gpt-5", "cost_usd": "1"}]}""").Malformed("invoice"),
            Of("an unknown member of a line", """{"invoice": [{"model": "gpt-5", "cost_usd": 1, "tokens": 5}]}""").Malformed("invoice"),
            Of("1,001 lines", $$"""{"invoice": [{{string.Join(',', Enumerable.Repeat("""{"model": "gpt-5", "cost_usd": 1}""", 1_001))}}]}""").Invalid("invoice"),
            Of("an unknown period", """{"period": "Today", "invoice": []}""").Invalid("period"),
            Of("a period as a number", """{"period": 1, "invoice": []}""").Malformed("period"),
            Of("a bound without an offset", """{"from": "2026-06-01T00:00:00", "invoice": []}""").Invalid("from"),
            Of("a bound as a number", """{"from": 20260601, "invoice": []}""").Malformed("from"),
            Of("no such date", """{"to": "2026-02-30", "invoice": []}""").Invalid("to"),
            Of("to before from", """{"from": "2026-06-02", "to": "2026-06-01", "invoice": []}""").Invalid("to"),
            Of("a period with a bound", """{"period": "7d", "from": "2026-06-01", "invoice": []}""").Invalid("period"),
        ];

        BadInputCase Of(string name, string body) => BadInputCase.Post(name, path, body);
    }
}
