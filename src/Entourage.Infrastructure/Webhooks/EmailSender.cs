using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using Entourage.Application.Json;
using Entourage.Application.Webhooks;
using Entourage.Domain.Webhooks;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;
using MimeKit.Text;

namespace Entourage.Infrastructure.Webhooks;

/// <summary>Sends deliveries as e-mail through the operator's mail server.</summary>
internal sealed class EmailSender(IOptions<EmailOptions> options, IOptions<WebhookOptions> webhooks, TimeProvider time)
{
    /// <summary>The beginning of the URLs of e-mail addresses.</summary>
    public const string Scheme = "mailto:";

    private readonly TimeSpan timeout = TimeSpan.FromSeconds(webhooks.Value.TimeoutSeconds);

    /// <summary>Sends a delivery once.</summary>
    public async Task<SendResult> SendAsync(string url, WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        if (options.Value.Host.Length == 0)
        {
            return new(null, "The server sends no e-mail, because its setting Email:Host is empty.");
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(timeout);
        using var message = ToMessage(url[Scheme.Length..], delivery);
        using var client = new SmtpClient { Timeout = (int)timeout.TotalMilliseconds };
        try
        {
            await client.ConnectAsync(options.Value.Host, options.Value.Port, SecurityOf(options.Value.Security), patience.Token);
            if (options.Value.User.Length > 0)
            {
                await client.AuthenticateAsync(options.Value.User, options.Value.Password, patience.Token);
            }

            await client.SendAsync(message, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(null, string.Create(CultureInfo.InvariantCulture, $"The mail server did not answer within {timeout.TotalSeconds} seconds."));
        }
        catch (Exception exception) when (ReasonOf(exception) is { } reason)
        {
            return new((exception as SmtpCommandException)?.StatusCode is { } status ? (int)status : null, reason);
        }

        // The mail server has accepted the message, so a failure to say goodbye does not matter.
        await client.DisconnectAsync(quit: false, CancellationToken.None);
        return new(null, null);
    }

    private MimeMessage ToMessage(string address, WebhookDelivery delivery)
    {
        var content = JsonSerializer.Deserialize<EmailContent>(delivery.Body, EntourageJson.Stored)!;
        var from = MailboxAddress.Parse(options.Value.From);
        return new(new[] { from }, [MailboxAddress.Parse(address)], content.Subject, new TextPart(TextFormat.Plain) { Text = content.Text })
        {
            // The same in each attempt, so that a receiver can drop duplicates.
            MessageId = $"{delivery.Id}@{from.Domain}",
            Date = time.GetUtcNow(),
            Headers = { { HeaderId.AutoSubmitted, "auto-generated" } },
        };
    }

    private static SecureSocketOptions SecurityOf(EmailSecurity security) => security switch
    {
        EmailSecurity.Tls => SecureSocketOptions.SslOnConnect,
        EmailSecurity.None => SecureSocketOptions.None,
        _ => SecureSocketOptions.StartTls,
    };

    // Our own words, because the library's messages may reveal details of the operator's network.
    private static string? ReasonOf(Exception exception) => exception switch
    {
        SmtpCommandException refused => string.Create(CultureInfo.InvariantCulture, $"The mail server answered {(int)refused.StatusCode}."),
        AuthenticationException => "The mail server refused the user or the password.",
        SslHandshakeException or NotSupportedException => "A TLS connection to the mail server could not be established.",
        SocketException or IOException or ProtocolException => "The mail server could not be reached, or the connection was lost.",
        _ => null,
    };
}
