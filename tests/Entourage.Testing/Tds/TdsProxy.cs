using System.Net.Sockets;
using Microsoft.Data.SqlClient;

namespace Entourage.Testing.Tds;

/// <summary>What a <see cref="TdsProxy"/> does with a request.</summary>
public enum TdsAction
{
    /// <summary>Passes the request to the server and the answer back.</summary>
    Pass,

    /// <summary>Cuts the connection before the server gets the request.</summary>
    CutBefore,

    /// <summary>Cuts the connection after the server has executed the request, so that only the answer is lost.</summary>
    DropAnswer,

    /// <summary>Cuts the connection to the client as soon as the request is passed on, while the server still executes it.</summary>
    CutDuring,
}

/// <summary>
/// A loopback proxy in front of a SQL Server. It knows where requests and answers begin and end, so it can lose the answer of a commit and refuse
/// connections.
/// </summary>
public sealed class TdsProxy : IAsyncDisposable
{
    private readonly string server;
    private readonly TdsListener listener;

    /// <summary>Starts a proxy.</summary>
    /// <param name="connectionString">Connects to the server itself. The server must not require encryption.</param>
    public TdsProxy(string connectionString)
    {
        server = connectionString;
        listener = new(ServeAsync);
    }

    /// <summary>Decides what happens to a request. It passes by default.</summary>
    public Func<TdsMessage, TdsAction> Decide { get; set; } = _ => TdsAction.Pass;

    /// <summary>Whether new connections are closed at once, as if the server were away.</summary>
    public bool RefusesConnections { get; set; }

    /// <summary>Connects to the server through the proxy.</summary>
    public string ConnectionString => new SqlConnectionStringBuilder(server)
    {
        DataSource = listener.DataSource,
        Encrypt = SqlConnectionEncryptOption.Optional,
        PoolBlockingPeriod = PoolBlockingPeriod.NeverBlock,
    }.ToString();

    /// <summary>Whether a request commits a transaction, by a request of its own or in a batch.</summary>
    public static bool Commits(TdsMessage request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Kind == TdsKind.Commit || (request.Kind is TdsKind.Batch or TdsKind.Call && request.Contains("COMMIT"));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => listener.DisposeAsync();

    private async Task ServeAsync(TcpClient client, CancellationToken stopping)
    {
        if (RefusesConnections)
        {
            return;
        }

        using var upstream = new TcpClient { NoDelay = true };
        var address = new SqlConnectionStringBuilder(server).DataSource.Split(',');
        await upstream.ConnectAsync(address[0], address.Length > 1 ? int.Parse(address[1], System.Globalization.CultureInfo.InvariantCulture) : 1433, stopping);
        await PassAsync(client.GetStream(), upstream.GetStream(), stopping);
    }

    private async Task PassAsync(NetworkStream client, NetworkStream upstream, CancellationToken stopping)
    {
        var pending = TdsAction.Pass;
        var answers = PassAnswersAsync();
        var requests = PassRequestsAsync();
        try
        {
            await await Task.WhenAny(requests, answers);
        }
        finally
        {
            // Ends the other one.
            client.Close();
            upstream.Close();
            await ((Task)Task.WhenAll(requests, answers)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task PassRequestsAsync()
        {
            while (await TdsMessage.ReadAsync(client, stopping) is { } request)
            {
                // A cancellation does not change what happens to the request in progress.
                pending = request.Kind == TdsKind.Attention ? pending : Decide(request);
                if (pending == TdsAction.CutBefore)
                {
                    return;
                }

                await (request.Kind == TdsKind.Prelogin ? request.WithoutEncryption() : request).WriteAsync(upstream, stopping);
                if (pending == TdsAction.CutDuring)
                {
                    client.Close();
                    await answers;
                    return;
                }
            }
        }

        async Task PassAnswersAsync()
        {
            while (await TdsMessage.ReadAsync(upstream, stopping) is { } answer && pending == TdsAction.Pass)
            {
                await answer.WriteAsync(client, stopping);
            }
        }
    }
}
