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
/// Sends webhook deliveries to untrusted addresses. It connects to public addresses only, and checks them between the DNS lookup and the
/// connection, so that a name cannot resolve to another address in between. It follows no redirects and uses no proxy.
/// </summary>
internal sealed class WebhookSender : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json") { CharSet = "utf-8" };

    // Host names are resolved again after this time.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    private readonly WebhookRules rules;
    private readonly EmailSender email;
    private readonly TimeProvider time;
    private readonly TimeSpan timeout;
    private readonly HttpClient client;

    public WebhookSender(WebhookRules rules, EmailSender email, IOptions<WebhookOptions> options, TimeProvider time)
    {
        (this.rules, this.email, this.time, timeout) = (rules, email, time, TimeSpan.FromSeconds(options.Value.TimeoutSeconds));
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

    /// <summary>Sends a delivery once.</summary>
    /// <returns>The result. A receiver accepts a delivery with a status from 200 to 299.</returns>
    public Task<SendResult> SendAsync(string url, string secret, WebhookDelivery delivery, CancellationToken cancellationToken) =>
        url.StartsWith(EmailSender.Scheme, StringComparison.Ordinal) ? email.SendAsync(url, delivery, cancellationToken) : PostAsync(url, secret, delivery, cancellationToken);

    public void Dispose() => client.Dispose();

    private async Task<SendResult> PostAsync(string url, string secret, WebhookDelivery delivery, CancellationToken cancellationToken)
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

    // Our own words, because the library's messages may reveal details of this machine.
    private static string ReasonOf(Exception exception) => exception switch
    {
        { InnerException: AddressRefusedException refused } => refused.Message,
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "The receiver's host name could not be resolved.",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "A TLS connection to the receiver could not be established.",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "The receiver could not be reached.",
        _ => "The connection was lost before the receiver answered.",
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
            // Connect to the checked addresses rather than to the name.
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The host name resolves to no permitted address.</summary>
    private sealed class AddressRefusedException() : Exception("The address is not public.");
}

/// <summary>The result of an attempt to send a delivery.</summary>
/// <param name="Status">The status of the response; null without one.</param>
/// <param name="Error">Why the attempt failed; null if the receiver accepted the delivery.</param>
internal sealed record SendResult(int? Status, string? Error)
{
    /// <summary>Whether the receiver answered 410 Gone, which disables the webhook.</summary>
    public bool IsGone => Status == (int)HttpStatusCode.Gone;
}
