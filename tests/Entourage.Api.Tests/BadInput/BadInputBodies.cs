using System.Net;
using System.Text;

namespace Entourage.Api.Tests.BadInput;

/// <summary>Bodies that are invalid for every route that takes one.</summary>
internal static class BadInputBodies
{
    private const string UnknownMember = """{"no_such_member": 1}""";

    private static readonly (string Method, string Path)[] Routes =
    [
        ("POST", "/orgs"),
        ("POST", "/orgs/<org>/teams"),
        ("POST", "/teams/<team>/agents"),
        ("PATCH", "/agents/<agent>"),
        ("POST", "/teams/<team>/tasks"),
        ("PATCH", "/tasks/<task>"),
        ("POST", "/tasks/<task>/status"),
        ("POST", "/teams/<team>/costs/reconcile"),
        ("POST", "/orgs/<org>/costs/reconcile"),
        ("POST", "/sessions/start"),
        ("POST", "/sessions/<session>/usage"),
        ("POST", "/sessions/usage/batch"),
        ("POST", "/sessions/<session>/reservations"),
        ("POST", "/reservations/<reservation>/extend"),
        ("POST", "/sessions/<session>/end"),
        ("POST", "/sessions/<session>/child-tokens"),
        ("POST", "/human-requests"),
        ("POST", "/human-requests/<request>/respond"),
        ("PATCH", "/settings/teams/<team>"),
        ("PATCH", "/settings/agents/<agent>"),
        ("PATCH", "/settings/orgs/<org>"),
    ];

    public static IEnumerable<TestCaseData> Cases => BadInputCase.Named(Routes.SelectMany(route => Of(route.Method, route.Path)).Concat(OnceEach));

    private static IEnumerable<BadInputCase> OnceEach =>
    [
        Usage("a truncated list", """{"input_tokens": [""").Malformed("input_tokens"),
        Usage("a closing comma", """{"input_tokens": 1, "output_tokens": 1,}""").Malformed(),
        Usage("a comment", """{"input_tokens": 1, /* one */ "output_tokens": 1}""").Malformed(),
        Usage("single quotes", "{'input_tokens': 1, 'output_tokens': 1}").Malformed(),
        Usage("a line end inside a text", "{\"error\": \"a\nb\"}").Malformed("error"),
        Usage("white space only", "  \n ").Malformed(),
        Usage("a body of XML", "<usage/>").Malformed(),
        Usage("a member twice", """{"input_tokens": 1, "output_tokens": 1, "input_tokens": 2}""").Malformed("input_tokens"),
        Usage("a member twice, once escaped", """{"input_tokens": 1, "output_tokens": 1, "\u0069nput_tokens": 2}""").Malformed("input_tokens"),
        Usage("half a surrogate pair as a member", """{"\ud800": 1}""").Malformed(),
        Usage("a member without a name", """{"": 1}""").Malformed(""),
        Usage("a member with an odd name", """{"a b.c": 1}""").Malformed("a b.c"),
        Usage("a member of many brackets", $$"""{"{{new string('[', 100)}}": 1}""").Malformed(),
        Usage("a member of many points", $$"""{"{{new string('.', 100)}}": 1}""").Malformed(),
        Usage("a list nested 10,000 deep", new string('[', 10_000) + new string(']', 10_000)).Malformed(),
        Usage("a member nested 10,000 deep", $$"""{"model": {{new string('[', 10_000)}}{{new string(']', 10_000)}}}""").Malformed("model"),
        Usage("an amount nested 10,000 deep", $$"""{"cost_usd": {{new string('[', 10_000)}}{{new string(']', 10_000)}}}""").Malformed("cost_usd"),
        Usage("objects nested 10,000 deep", string.Concat(Enumerable.Repeat("""{"error":""", 10_000)) + "1" + new string('}', 10_000)).Malformed("error"),
        Bytes("Latin-1", [.. "{\"error\": \"caf"u8, 0xE9, .. "\"}"u8]).Malformed("error"),
        Bytes("an overlong slash", [.. "{\"error\": \""u8, 0xC0, 0xAF, .. "\"}"u8]).Malformed("error"),
        Bytes("a surrogate in UTF-8", [.. "{\"error\": \""u8, 0xED, 0xA0, 0x80, .. "\"}"u8]).Malformed("error"),
        Bytes("UTF-16 that says nothing of it", Encoding.Unicode.GetBytes("""{"input_tokens": 1, "output_tokens": 1}""")).Malformed(),
        Typed("multipart", "multipart/form-data"),
        Typed("UTF-16", "application/json; charset=utf-16"),
        Typed("another charset", "application/json; charset=iso-8859-1"),
        Typed("no charset at all", "application/json; charset=bogus"),
        Typed("no media type", "json"),
    ];

    private static IEnumerable<BadInputCase> Of(string method, string path)
    {
        var mayBeEmpty = path.EndsWith("/end", StringComparison.Ordinal) || path.EndsWith("/child-tokens", StringComparison.Ordinal);
        if (!mayBeEmpty)
        {
            yield return Case("nothing", BadInputCase.Empty).Malformed();
            yield return Case("null", "null").Malformed();
        }

        yield return Case("a list", "[]").Malformed();
        yield return Case("a list of the right thing", "[{}]").Malformed();
        yield return Case("a text", "\"text\"").Malformed();
        yield return Case("a number", "5").Malformed();
        yield return Case("truth", "true").Malformed();
        yield return Case("an opening brace", "{").Malformed();
        yield return Case("two objects", "{}{}").Malformed();
        yield return Case("no JSON", "name=value").Malformed();
        yield return Case("an unknown member", UnknownMember).Malformed("no_such_member");
        yield return (Case("bytes that are no UTF-8", "") with { Body = [0xFF, 0xFE, 0x7B, 0x7D] }).Malformed();
        yield return Typed("plain text", "text/plain");
        yield return Typed("a form", "application/x-www-form-urlencoded");
        yield return Typed("XML", "application/xml");
        yield return Typed("no content type", null);

        BadInputCase Case(string name, string body) => new(name, method, path) { Body = Encoding.UTF8.GetBytes(body) };

        BadInputCase Typed(string name, string? mediaType) =>
            (Case(name, "{}") with { MediaType = mediaType }).Refused(HttpStatusCode.UnsupportedMediaType, "unsupported-media-type");
    }

    private static BadInputCase Usage(string name, string body) => BadInputCase.Post(name, "/sessions/<session>/usage", body);

    private static BadInputCase Bytes(string name, byte[] body) => Usage(name, "") with { Body = body };

    private static BadInputCase Typed(string name, string mediaType) => (Usage(name, """{"input_tokens": 1, "output_tokens": 1}""") with { MediaType = mediaType })
        .Refused(HttpStatusCode.UnsupportedMediaType, "unsupported-media-type");
}
