namespace Entourage.Api.Tests.BadInput;

/// <summary>Invalid labels of sessions, usages and reservations. The session that is named has nine labels.</summary>
internal static class BadInputLabels
{
    private static readonly (string Name, string Path, string Members)[] Ways =
    [
        ("a session", "/sessions/start", "\"agent_id\": \"<agent>\", \"parent_session_id\": <labelled>"),
        ("a usage", "/sessions/<labelled>/usage", "\"input_tokens\": 1, \"output_tokens\": 1"),
        ("a reservation", "/sessions/<labelled>/reservations", "\"estimated_cost_usd\": 0.01"),
    ];

    public static IEnumerable<TestCaseData> Cases => BadInputCase.Named(Ways.SelectMany(way => CasesOf(way.Name, way.Path, way.Members)));

    private static IEnumerable<BadInputCase> CasesOf(string way, string path, string members)
    {
        return
        [
            Labels("that are a text", "\"customer=acme\"").Malformed("labels"),
            Labels("that are a list", "[\"customer\", \"acme\"]").Malformed("labels"),
            Labels("that are a number", "1").Malformed("labels"),
            Labels("with a number", """{"pr": 4711}""").Malformed("labels.pr"),
            Labels("with an object", """{"customer": {"name": "acme"}}""").Malformed("labels.customer"),
            Labels("with a list", """{"customer": ["acme"]}""").Malformed("labels.customer"),
            Labels("with truth", """{"customer": true}""").Malformed("labels.customer"),
            Labels("with half a surrogate pair", """{"customer": "\ud800"}""").Malformed("labels.customer"),
            Labels("with a key twice", """{"customer": "acme", "customer": "acme"}""").Malformed("labels.customer"),
            Labels("with a key in two cases", """{"customer": "acme", "Customer": "acme"}""").Invalid("labels"),
            Labels("with null", """{"customer": null}""").Invalid("labels"),
            Labels("with an empty value", """{"customer": ""}""").Invalid("labels"),
            Labels("with a blank value", """{"customer": " "}""").Invalid("labels"),
            Labels("with a blank before the value", """{"customer": " acme"}""").Invalid("labels"),
            Labels("with a line break", """{"customer": "acme\ncorp"}""").Invalid("labels"),
            Labels("with a null byte", """{"customer": "a\u0000"}""").Invalid("labels"),
            Labels("with a value of 101 characters", $$"""{"customer": "{{new string('v', 101)}}"}""").Invalid("labels"),
            Labels("with an empty key", """{"": "acme"}""").Invalid("labels"),
            Labels("with a blank in a key", """{"cost center": "4"}""").Invalid("labels"),
            Labels("with an equals sign in a key", """{"a=b": "4"}""").Invalid("labels"),
            Labels("with a key of 41 characters", $$"""{"{{new string('k', 41)}}": "4"}""").Invalid("labels"),
            Labels("that are 11", Numbered(11)).Invalid("labels"),
            Labels("that are 2 beside 9 of the session", Numbered(2)).Invalid("labels"),
        ];

        BadInputCase Labels(string name, string json) => BadInputCase.Post($"labels of {way} {name}", path, $$"""{{{members}}, "labels": {{json}}}""");
    }

    private static string Numbered(int count) => $"{{{string.Join(", ", Enumerable.Range(1, count).Select(number => $"\"further{number}\": \"{number}\""))}}}";
}
