using System.Net;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Prices;
using Entourage.Gateway.Formats;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Entourage.Gateway.Calls;

/// <summary>Meters the answer of one call while it passes to the client.</summary>
/// <param name="format">The provider's API.</param>
/// <param name="request">The request.</param>
/// <param name="changesAnswer">Whether the meter takes something out of the answer that the client did not ask for.</param>
internal sealed class CallMeter(IProviderFormat format, ModelRequest request, bool changesAnswer)
{
    // The rule of thumb of the providers, to estimate what an answer that broke off has cost.
    private const int BytesPerToken = 4;

    private UsageMeter? meter;

    /// <summary>Whether the meter takes something out of the answer.</summary>
    public bool ChangesAnswer => changesAnswer;

    /// <summary>The status of the answer; null if there is none.</summary>
    public HttpStatusCode? Status { get; private set; }

    /// <summary>Whether the provider billed nothing: it answered with an error before any output.</summary>
    public bool IsFree => Status >= HttpStatusCode.BadRequest || (meter is { IsError: true, OutputBytes: 0, Usage: null });

    /// <summary>Whether the usage is what the provider told in a complete answer.</summary>
    public bool IsExact => meter is { IsFinal: true, Usage: not null };

    /// <summary>The model that answered; the requested one if it is not told.</summary>
    public string? Model => meter?.Model;

    /// <summary>The service tier that served the call, or the requested one if that is not told; null for none.</summary>
    public string? Tier => meter?.Tier ?? request.Tier;

    /// <summary>The searches that the provider bills apart; null for none.</summary>
    public ServerSearches? Searches => meter is { WebSearches: > 0 and var count } ? new(format.SearchPriceOf(Model ?? request.Model), count) : null;

    /// <summary>The provider's id of the answer; null if it is not told.</summary>
    public string? ResponseId => meter?.ResponseId;

    /// <summary>
    /// The tokens to record: those that the provider told, or else the greater of those told so far and an estimate by the bytes that passed.
    /// </summary>
    public BilledTokens Tokens
    {
        get
        {
            var told = meter?.Usage;
            if (IsExact)
            {
                return told!.Value;
            }

            var counts = told?.Counts ?? new TokenCounts(request.Body.Length / BytesPerToken, 0, 0, 0);
            var output = Math.Max(counts.Output, (meter?.OutputBytes ?? 0) / BytesPerToken);
            return (told ?? default) with { Counts = counts with { Output = output } };
        }
    }

    /// <summary>Starts to meter an answer. Errors are passed on unread.</summary>
    public void Begin(HttpContext context, HttpResponseMessage answer)
    {
        Status = answer.StatusCode;
        if (!answer.IsSuccessStatusCode)
        {
            return;
        }

        meter = format.Meter(request, answer.Content.Headers.ContentType?.MediaType == "text/event-stream");
        var body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        Stream metered = answer.Content.Headers.ContentEncoding.LastOrDefault() is { } encoding && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)
            ? new EncodedBody(body.Stream, meter, encoding)
            : new MeteredBody(body.Stream, meter);
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(metered, body));
    }

    /// <summary>Ends the answer, and passes on what the meter has held back.</summary>
    public static async Task EndAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpResponseBodyFeature>()?.Stream is MeteredBody body)
        {
            await body.EndAsync();
        }
    }
}
