using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Entourage.Application.Webhooks;
using Entourage.Domain.Webhooks;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Webhooks;

/// <summary>
/// Sends messages to addresses that strangers chose. It connects to public addresses alone, and looks at them after the name was looked
/// up and before it connects, so that no name can lead elsewhere in between; it follows no redirect and uses no proxy.
/// </summary>
internal sealed class WebhookSender : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json") { CharSet = "utf-8" };

    // Names are looked up anew after that.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    private readonly WebhookRules rules;
    private readonly TimeProvider time;
    private readonly TimeSpan timeout;
    private readonly HttpClient client;

    public WebhookSender(WebhookRules rules, IOptions<WebhookOptions> options, TimeProvider time)
    {
        (this.rules, this.time, timeout) = (rules, time, TimeSpan.FromSeconds(options.Value.TimeoutSeconds));
        client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectCallback = ConnectAsync,
            PooledConnectionLifetime = ConnectionLifetime,
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 16 * 1_024,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Entourage", "1"));
    }

    /// <summary>Sends a message once.</summary>
    /// <returns>What came of it. A receiver takes a message by answering with a status from 200 to 299.</returns>
    public async Task<SendResult> SendAsync(string url, string secret, WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(timeout);
        using var request = ToRequest(url, secret, delivery);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            return new((int)response.StatusCode, response.IsSuccessStatusCode ? null : $"The receiver answered {(int)response.StatusCode}.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(null, string.Create(CultureInfo.InvariantCulture, $"The receiver did not answer within {timeout.TotalSeconds} seconds."));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or UriFormatException)
        {
            return new(null, ReasonOf(exception));
        }
    }

    public void Dispose() => client.Dispose();

    // Plain words: what the library says may hold more of this machine than its callers should know.
    private static string ReasonOf(Exception exception) => exception switch
    {
        { InnerException: AddressRefusedException refused } => refused.Message,
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "The receiver's name could not be looked up.",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "No secure connection could be made.",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "The receiver could not be reached.",
        _ => "The connection broke before the receiver had answered.",
    };

    private HttpRequestMessage ToRequest(string url, string secret, WebhookDelivery delivery)
    {
        var id = delivery.Id.ToString();
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(delivery.Body)) };
        request.Content.Headers.ContentType = Json;
        request.Headers.Add("Webhook-Id", id);
        request.Headers.Add("Webhook-Timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Webhook-Signature", WebhookSecret.Sign(secret, id, timestamp, delivery.Body));
        return request;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var found = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        var allowed = found.Where(rules.Allows).ToArray();
        if (allowed.Length == 0)
        {
            throw new AddressRefusedException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // To the addresses that were looked at, and not to the name.
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A name leads to no address that messages may go to.</summary>
    private sealed class AddressRefusedException() : Exception("The address is not a public one.");
}

/// <summary>What came of sending a message.</summary>
/// <param name="Status">The status of the answer; null when there was none.</param>
/// <param name="Error">Why it counts as not taken; null when it was.</param>
internal sealed record SendResult(int? Status, string? Error)
{
    /// <summary>The receiver wants nothing any more.</summary>
    public bool IsGone => Status == (int)HttpStatusCode.Gone;
}
