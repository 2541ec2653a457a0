using System.Net;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Prices;
using Entourage.Gateway.Formats;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Entourage.Gateway.Calls;

/// <summary>Meters the answer of one call while it passes to the client.</summary>
/// <param name="format">The provider's API.</param>
/// <param name="request">The request.</param>
/// <param name="maxOutputTokens">The most output tokens of each choice that were reserved.</param>
/// <param name="call">The call, which may be cut.</param>
internal sealed class CallMeter(IProviderFormat format, ModelRequest request, long maxOutputTokens, RunningCall call)
{
    // The rule of thumb of the providers, to estimate what an answer that broke off has cost.
    private const int BytesPerToken = 4;

    // A byte of compressed text stands for about as many of the text itself.
    private const int TextPerEncodedByte = 4;

    private HttpResponse? response;
    private bool isStream;
    private UsageMeter? meter;
    private MeteredBody? metered;

    /// <summary>Whether the meter takes something out of the answer.</summary>
    public bool ChangesAnswer => request.WithholdsUsage;

    /// <summary>The status of the answer; null if there is none.</summary>
    public HttpStatusCode? Status { get; private set; }

    /// <summary>Whether the provider billed nothing: it answered with an error before any output.</summary>
    public bool IsFree => Status >= HttpStatusCode.BadRequest || (meter is { IsError: true, OutputBytes: 0, Usage: null });

    /// <summary>Whether the usage is what the provider told in a complete answer.</summary>
    public bool IsExact => meter is { IsFinal: true, Usage: not null };

    /// <summary>The model that answered; null if it is not told.</summary>
    public string? Model => meter?.Model;

    /// <summary>The service tier that served the call, or the requested one if that is not told; null for none.</summary>
    public string? Tier => meter?.Tier ?? request.Tier;

    /// <summary>The searches that the provider bills apart; null for none.</summary>
    public ServerSearches? Searches => meter is { WebSearches: > 0 and var count } ? new(format.SearchPriceOf(Model ?? request.Model), count) : null;

    /// <summary>The provider's id of the answer; null if it is not told.</summary>
    public string? ResponseId => meter?.ResponseId;

    /// <summary>
    /// The tokens to record: those that the provider told, or else the greater of those told so far and an estimate by the bytes that passed, which never
    /// exceeds what was reserved.
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

            // The body may contain images, which have far more bytes than tokens.
            var counts = told?.Counts ?? new TokenCounts(Math.Min(request.Body.Length / BytesPerToken, request.InputTokens), 0, 0, 0);
            var text = (meter?.OutputBytes ?? 0) + ((metered?.UnreadBytes ?? 0) * TextPerEncodedByte);
            var output = Math.Min(text / BytesPerToken, maxOutputTokens * request.Choices);
            return (told ?? default) with { Counts = counts with { Output = Math.Max(counts.Output, output) } };
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

        response = context.Response;
        isStream = TextOf(answer, HeaderNames.ContentType).StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase);
        meter = format.Meter(request, isStream);
        var body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var encoding = TextOf(answer, HeaderNames.ContentEncoding).Split(',')[^1].Trim();
        metered = encoding.Length > 0 && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)
            ? new EncodedBody(body.Stream, meter, encoding)
            : new MeteredBody(body.Stream, meter);
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(metered, body));
    }

    /// <summary>Makes an answer whose call is cut end with the reason, if it is a stream of events. Call it once the headers are copied.</summary>
    public async Task EndWhenCutAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (isStream)
        {
            answer.Content = new StreamContent(new CutStream(await answer.Content.ReadAsStreamAsync(cancellationToken), EndWithReasonAsync));
        }
    }

    /// <summary>Ends the answer, and passes on what the meter has held back.</summary>
    public Task EndAsync() => metered?.EndAsync() ?? Task.CompletedTask;

    // As text: headers that are parsed look different when they are passed on.
    private static string TextOf(HttpResponseMessage answer, string header) =>
        answer.Content.Headers.NonValidated.TryGetValues(header, out var values) ? values.ToString() : "";

    private async Task<bool> EndWithReasonAsync()
    {
        // An answer that has not started becomes a refusal.
        if (call.CutReason is not { } reason || metered is not { IsBetweenEvents: true } || response is not { HasStarted: true })
        {
            return false;
        }

        await metered.EndWithAsync(format.EndStream(request.Route, new(RefusalReason.Stopped, reason)));
        return true;
    }
}
