using System.Net;

namespace Entourage.Api.Tests.BadInput;

/// <summary>Invalid reservations, usage that names invalid ones, and batches that are invalid as a whole.</summary>
internal static class BadInputReservations
{
    private const string Reservations = "/sessions/<session>/reservations";
    private const string Extend = "/reservations/<reservation>/extend";
    private const string Batch = "/sessions/usage/batch";

    public static IEnumerable<TestCaseData> Cases => BadInputCase.Named(
    [
        .. Amounts,
        .. TtlCases("a reservation", Reservations, "\"estimated_cost_usd\": 1, "),
        .. TtlCases("an extension", Extend, ""),
        .. Refusals,
        .. Named,
        .. Batches,
    ]);

    private static IEnumerable<BadInputCase> Amounts =>
    [
        BadInputCase.Post("no amount", Reservations, "{}").Invalid("estimated_cost_usd"),
        BadInputCase.Post("an amount of null", Reservations, """{"estimated_cost_usd": null}""").Invalid("estimated_cost_usd"),
        BadInputCase.Post("no amount, but a time", Reservations, """{"ttl_seconds": 60}""").Invalid("estimated_cost_usd"),
        BadInputCase.Post("an amount by another name", Reservations, """{"cost_usd": 1}""").Malformed("cost_usd"),
        BadInputCase.Post("an amount and a session", Reservations, """{"estimated_cost_usd": 1, "session_id": 1}""").Malformed("session_id"),
        BadInputCase.Post("an amount and a key", Reservations, """{"estimated_cost_usd": 1, "idempotency_key": "k"}""").Malformed("idempotency_key"),
        BadInputCase.Post("an amount twice", Reservations, """{"estimated_cost_usd": 1, "estimated_cost_usd": 2}""").Malformed("estimated_cost_usd"),
        BadInputCase.Post("an amount in another case", Reservations, """{"Estimated_Cost_Usd": 1}""").Malformed("Estimated_Cost_Usd"),
        BadInputCase.Post("no time", Extend, "{}").Invalid("ttl_seconds"),
        BadInputCase.Post("a time of null", Extend, """{"ttl_seconds": null}""").Invalid("ttl_seconds"),
        BadInputCase.Post("a time and an amount", Extend, """{"ttl_seconds": 60, "estimated_cost_usd": 1}""").Malformed("estimated_cost_usd"),
    ];

    private static IEnumerable<BadInputCase> Refusals =>
    [
        BadInputCase.Post("an amount above the remaining budget", Reservations, """{"estimated_cost_usd": 900000.000000001}""")
            .Refused(HttpStatusCode.PaymentRequired, "budget-exceeded"),
        BadInputCase.Post("an amount where nothing is left", "/sessions/<broke-session>/reservations", """{"estimated_cost_usd": 0.000000001}""")
            .Refused(HttpStatusCode.PaymentRequired, "budget-exceeded"),
        BadInputCase.Post("no amount where nothing is left", "/sessions/<broke-session>/reservations", """{"estimated_cost_usd": 0}""")
            .Refused(HttpStatusCode.PaymentRequired, "budget-exceeded"),
        BadInputCase.Post("an ended session", "/sessions/<ended>/reservations", """{"estimated_cost_usd": 1}""").Conflict("session-ended"),
        BadInputCase.Post("an ended reservation", "/reservations/<released>/extend", """{"ttl_seconds": 60}""").Conflict("reservation-ended"),
    ];

    private static IEnumerable<BadInputCase> Named =>
    [
        Use("that is unknown", "\"<nobody>\"").Invalid("reservation_id", "unknown-reservation"),
        Use("of zeros", "\"00000000-0000-0000-0000-000000000000\"").Invalid("reservation_id", "unknown-reservation"),
        Use("of another session", "\"<other-reservation>\"").Invalid("reservation_id", "unknown-reservation"),
        Use("of another session that has ended", "\"<released>\"").Invalid("reservation_id", "unknown-reservation"),
        Use("that is an agent", "\"<agent>\"").Invalid("reservation_id", "unknown-reservation"),
        Use("by name", "\"mine\"").Invalid("reservation_id"),
        Use("that is empty", "\"\"").Invalid("reservation_id"),
        Use("in braces", "\"{<reservation>}\"").Invalid("reservation_id"),
        Use("with a blank", "\" <reservation>\"").Invalid("reservation_id"),
        Use("with a null byte", "\"<reservation>\\u0000\"").Invalid("reservation_id"),
        Use("of half a surrogate pair", "\"\\ud800\"").Malformed("reservation_id"),
        Use("that is a number", "5").Malformed("reservation_id"),
        Use("that is true", "true").Malformed("reservation_id"),
        Use("that is a list", "[\"<reservation>\"]").Malformed("reservation_id"),
        Use("that is an object", "{\"id\": \"<reservation>\"}").Malformed("reservation_id"),
    ];

    private static IEnumerable<BadInputCase> Batches =>
    [
        BadInputCase.Post("no items", Batch, "{}").Invalid("items"),
        BadInputCase.Post("items of null", Batch, """{"items": null}""").Invalid("items"),
        BadInputCase.Post("an empty list of items", Batch, """{"items": []}""").Invalid("items"),
        BadInputCase.Post("1,001 items", Batch, $$"""{"items": [{{string.Join(", ", Enumerable.Repeat("{}", 1_001))}}]}""").Invalid("items"),
        BadInputCase.Post("items that are an object", Batch, """{"items": {"session_id": <session>}}""").Malformed("items"),
        BadInputCase.Post("items that are a text", Batch, """{"items": "[]"}""").Malformed("items"),
        BadInputCase.Post("items twice", Batch, """{"items": [], "items": []}""").Malformed("items"),
        BadInputCase.Post("a key for the whole batch", Batch, """{"items": [], "idempotency_key": "k"}""").Malformed("idempotency_key"),
        BadInputCase.Post("an unfinished item", Batch, """{"items": [{"session_id": <session>, "input_tokens": 1""").Malformed("items"),
        BadInputCase.Post("an item after a closing comma", Batch, """{"items": [{"session_id": <session>},]}""").Malformed("items"),
        BadInputCase.Post("an item in single quotes", Batch, "{\"items\": [{'session_id': 1}]}").Malformed("items"),
        BadInputCase.Post("an item nested 10,000 deep", Batch, $$"""{"items": [{{new string('[', 10_000)}}{{new string(']', 10_000)}}]}""").Malformed("items"),
        BadInputCase.Post("an item with a leading zero", Batch, """{"items": [{"session_id": 01}]}""").Malformed("items"),
        BadInputCase.Post("a single usage", Batch, """{"session_id": <session>, "input_tokens": 1, "output_tokens": 1}""").Malformed("session_id"),
        BadInputCase.Post("a single session's address", "/sessions/<session>/usage/batch", """{"items": []}""").Unknown(),
    ];

    private static IEnumerable<BadInputCase> TtlCases(string what, string path, string others)
    {
        return
        [
            Ttl("0", "0").Invalid("ttl_seconds"),
            Ttl("-1", "-1").Invalid("ttl_seconds"),
            Ttl("3,601", "3601").Invalid("ttl_seconds"),
            Ttl("3,601 with an exponent", "3.601e3").Invalid("ttl_seconds"),
            Ttl("the least number of 64 bits", "-9223372036854775808").Invalid("ttl_seconds"),
            Ttl("the greatest number of 64 bits", "9223372036854775807").Invalid("ttl_seconds"),
            Ttl("beyond 64 bits", "9223372036854775808").Invalid("ttl_seconds"),
            Ttl("half a second", "0.5").Invalid("ttl_seconds"),
            Ttl("a second and a half", "1.5").Invalid("ttl_seconds"),
            Ttl("a fraction below the longest", "3599.999999999").Invalid("ttl_seconds"),
            Ttl("1e400", "1e400").Invalid("ttl_seconds"),
            Ttl("1e-10", "1e-10").Invalid("ttl_seconds"),
            Ttl("a text", "\"60\"").Malformed("ttl_seconds"),
            Ttl("a duration", "\"PT5M\"").Malformed("ttl_seconds"),
            Ttl("truth", "true").Malformed("ttl_seconds"),
            Ttl("a list", "[60]").Malformed("ttl_seconds"),
            Ttl("an object", "{\"seconds\": 60}").Malformed("ttl_seconds"),
            Ttl("NaN", "NaN").Malformed("ttl_seconds"),
            Ttl("a leading zero", "060").Malformed("ttl_seconds"),
            Ttl("in Arabic-Indic digits", "٥").Malformed("ttl_seconds"),
        ];

        BadInputCase Ttl(string name, string json) => BadInputCase.Post($"{what} for {name}", path, $$"""{{{others}}"ttl_seconds": {{json}}}""");
    }

    private static BadInputCase Use(string name, string json) => BadInputCase.Post(
        $"a reservation {name}", "/sessions/<session>/usage", $$"""{"input_tokens": 1, "output_tokens": 1, "cost_usd": 1, "reservation_id": {{json}}}""");
}
