using Microsoft.AspNetCore.WebUtilities;

namespace Entourage.Api.Errors;

/// <summary>Answers what each type of problem means, at the address that problem details name as their type.</summary>
internal static class ProblemPages
{
    /// <summary>The beginning of the addresses.</summary>
    public const string Path = "/problems/";

    private const string Retry = "Send it again after Retry-After.";

    /// <summary>The types by code: their status, what each means and what to do.</summary>
    public static IReadOnlyDictionary<string, ProblemPage> All { get; } = new ProblemPage[]
    {
        new("bad-request", 400, "The request is malformed.", "Check the address and the headers."),
        new("malformed-body", 400, "The body is not JSON, or not of the documented shape: a value has the wrong type, or a member is unknown or appears twice.", "Correct the members that 'errors' names."),
        new("unknown-event-id", 400, "No event stream issued this Last-Event-ID.", "Connect without it, and read the current state."),
        new("unauthorized", 401, "The request has no key or token, or an invalid one.", "Send a valid key as X-API-Key or as Authorization: Bearer."),
        new("budget-exceeded", 402, "A hard budget has nothing left for a session, or too little for a reservation. The answer names the tightest budget.", "Reserve at most 'max_reservable_usd', wait until 'retry_at', or ask for a higher limit with POST /human-requests."),
        new("forbidden", 403, "The key does not permit this operation.", "Use a key of a lead or an admin, or one of the agent that owns the resource."),
        new("cross-site", 403, "A browser sent the request from a page of another site.", "Call the API from a program or from the server's own pages."),
        new("not-found", 404, "Nothing exists at this address, or the key may not see it.", "Check the id."),
        new("method-not-allowed", 405, "The address supports other methods.", "Use one that the header Allow lists."),
        new("request-timeout", 408, "The body arrived too slowly.", "Send it again."),
        new("duplicate", 409, "Something with this name or slug exists.", "Choose another one."),
        new("session-ended", 409, "The session has ended.", "Start another session."),
        new("reservation-ended", 409, "The reservation was committed or released, or has expired.", "Reserve again."),
        new("paused", 409, "The agent, its team or its organisation is paused, so it starts no session and reserves nothing.", "Wait until a person resumes it."),
        new("archived", 409, "The agent, its team or its organisation is archived, so it takes no new sessions, reservations, keys or members.", "Use another one, or ask a lead or an admin to restore it."),
        new("task-blocked", 409, "The task depends on tasks that are not done, which the answer lists.", "Complete them first."),
        new("illegal-status", 409, "The task cannot change from its status to the requested one.", "Follow todo, in_progress, in_review, done. An open task can be cancelled."),
        new("already-answered", 409, "The human request was already answered.", "Read the answer."),
        new("stale", 409, "The settings have changed since they were read.", "Read them again, and repeat the change with the new ETag."),
        new("webhook-disabled", 409, "The webhook is disabled, because its receiver answered 410 Gone.", "Delete it and create another."),
        new("too-many-child-tokens", 409, "The session has too many unused child tokens.", "Use them, or wait until they expire."),
        new("too-many-budgets", 409, "The organisation has the most budgets that it may have.", "Delete one that is no longer needed."),
        new("body-too-large", 413, "The body has too many bytes or values. The detail names the limit and its setting.", "Send less at once, or raise the setting."),
        new("unsupported-media-type", 415, "The body is not JSON in UTF-8, or it is compressed.", "Send it uncompressed, with Content-Type: application/json."),
        new("unknown-host", 421, "The server does not accept this host name.", "Add the name to the setting AllowedHosts."),
        new("validation", 422, "The request is well formed, but some values are not allowed.", "Correct the members that 'errors' names."),
        new("malformed-budget-tag", 422, "A tag 'budget:X' has no valid amount, or there is more than one.", "Write the amount as in 'budget:0.50', or send 'budget_usd' instead."),
        new("unknown-timezone", 422, "There is no time zone with this name.", "Use an IANA name such as Europe/Berlin."),
        new("dependency-cycle", 422, "The task would depend on itself.", "Remove a dependency."),
        new("session-depth", 422, "The session would be nested too deeply below other sessions.", "Start it below a session that is nested less deeply."),
        new("unknown-reservation", 422, "The session has no such reservation.", "Use the id of a reservation of this session, or none."),
        new("unpriced-model", 422, "The model has no price, and the team refuses such models.", "Set its price with PUT /prices/{model}, or change the team's setting 'unpriced_models'."),
        new("nothing-to-raise", 422, "There is no cap to raise.", "Answer the request without an amount."),
        new("cap-too-large", 422, "The raised cap would exceed the largest possible limit.", "Grant less."),
        new("idempotency-key-reused", 422, "The idempotency key was used for another request.", "Use a new key for each request, and the same key only to repeat it."),
        new("rate-exceeded", 429, "A hard limit per minute has too little left for a reservation. The answer names it.", "Send the request again after Retry-After, or reserve less."),
        new("too-many-requests", 429, "Too many requests, or too many wrong keys, came from this caller. Nothing was recorded.", Retry),
        new("unexpected", 500, "The server failed unexpectedly. Its log has the details under the 'trace_id'.", "Report it to the operator of the server."),
        new("busy", 503, "Too many large bodies are being processed. Nothing was recorded.", Retry),
        new("store-unavailable", 503, "The database cannot be reached or cannot write. Nothing was recorded.", Retry),
        new("outcome-unknown", 503, "The connection to the database was lost at the commit. The request may have been recorded.", "Send it again with the same Idempotency-Key."),
        new("timed-out", 503, "The request took too long. It may have been recorded.", "Send it again with the same Idempotency-Key."),
    }.ToDictionary(type => type.Code, StringComparer.Ordinal);

    /// <summary>Maps the addresses.</summary>
    public static IEndpointConventionBuilder MapProblemPages(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet($"{Path}{{code}}", (string code) => All.TryGetValue(code, out var type) ? Results.Text(TextOf(type)) : Results.NotFound())
            .ExcludeFromDescription()
            .AllowAnonymous();

    private static string TextOf(ProblemPage type) =>
        $"{type.Code} ({type.Status} {ReasonPhrases.GetReasonPhrase(type.Status)})\n\n{type.Meaning}\n{type.Advice}\n";
}

/// <summary>A type of problem.</summary>
/// <param name="Code">The last part of its address.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Meaning">What it means.</param>
/// <param name="Advice">What a caller can do.</param>
internal sealed record ProblemPage(string Code, int Status, string Meaning, string Advice);
