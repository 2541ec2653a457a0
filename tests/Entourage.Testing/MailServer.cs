using System.Buffers;
using System.Net;
using System.Threading.Channels;
using MimeKit;
using SmtpServer;
using SmtpServer.ComponentModel;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace Entourage.Testing;

/// <summary>A mail server (SMTP) on a loopback port that keeps what it receives.</summary>
public sealed class MailServer : IAsyncDisposable
{
    private readonly Channel<MimeMessage> messages = Channel.CreateUnbounded<MimeMessage>();
    private readonly CancellationTokenSource ending = new();
    private readonly Task running;

    private MailServer(int port)
    {
        Port = port;
        var services = new ServiceProvider();
        services.Add(new Store(this));
        var options = new SmtpServerOptionsBuilder()
            .ServerName("localhost")
            .Endpoint(endpoint => endpoint.Endpoint(new IPEndPoint(IPAddress.Loopback, port)))
            .Build();
        running = new SmtpServer.SmtpServer(options, services).StartAsync(ending.Token);
    }

    /// <summary>Its port.</summary>
    public int Port { get; }

    /// <summary>Whether it refuses messages for the time being.</summary>
    public bool Refuses { get; set; }

    /// <summary>Settings with which a server sends its e-mail here.</summary>
    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["Email:Host"] = "127.0.0.1",
        ["Email:Port"] = $"{Port}",
        ["Email:Security"] = "None",
        ["Email:From"] = "Entourage <entourage@example.com>",
        ["Email:Domains:0"] = "example.com",
    };

    /// <summary>Starts a server on a free port.</summary>
    public static MailServer Start() => new(Nginx.FreePort());

    /// <summary>Waits for the next message to an address, and drops those to others.</summary>
    /// <exception cref="TimeoutException">No message came in time.</exception>
    public async Task<MimeMessage> ReadAsync(string address)
    {
        while (true)
        {
            var message = await messages.Reader.ReadAsync().AsTask().WaitAsync(Patience.Limit, TimeProvider.System);
            if (message.To.Mailboxes.Any(mailbox => mailbox.Address == address))
            {
                return message;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        ending.Dispose();
    }

    private sealed class Store(MailServer server) : MessageStore
    {
        public override async Task<SmtpResponse> SaveAsync(
            ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
        {
            if (server.Refuses)
            {
                return SmtpResponse.MailboxUnavailable;
            }

            await using var content = new MemoryStream(buffer.ToArray());
            server.messages.Writer.TryWrite(await MimeMessage.LoadAsync(content, cancellationToken));
            return SmtpResponse.Ok;
        }
    }
}
