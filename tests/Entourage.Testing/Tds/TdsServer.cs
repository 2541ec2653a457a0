using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.Data.SqlClient;

namespace Entourage.Testing.Tds;

/// <summary>
/// A loopback server that speaks just enough of SQL Server's protocol to give a client every kind of fault: it stores nothing, and answers each
/// request as the test decides.
/// </summary>
public sealed class TdsServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<TdsMessage> requests = new();
    private readonly Func<TdsMessage, TdsReply> answer;
    private readonly TdsListener listener;

    /// <summary>Starts a server.</summary>
    /// <param name="answer">Decides what to answer to a login or request.</param>
    public TdsServer(Func<TdsMessage, TdsReply> answer)
    {
        this.answer = answer;
        listener = new(ServeAsync);
    }

    /// <summary>The logins and requests so far, in order.</summary>
    public IReadOnlyList<TdsMessage> Requests => [.. requests];

    /// <summary>Connects to the server. Its pool belongs to this server alone, because the port does.</summary>
    public string ConnectionString => new SqlConnectionStringBuilder
    {
        DataSource = listener.DataSource,
        InitialCatalog = "entourage",
        UserID = "test",
        Password = "test",
        Encrypt = SqlConnectionEncryptOption.Optional,
        ConnectRetryCount = 0,

        // Also the limit of a COMMIT.
        ConnectTimeout = 5,
        PoolBlockingPeriod = PoolBlockingPeriod.NeverBlock,
    }.ToString();

    /// <summary>Counts the requests of a kind so far.</summary>
    public int Count(TdsKind kind) => requests.Count(request => request.Kind == kind);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await using (var pooled = new SqlConnection(ConnectionString))
        {
            SqlConnection.ClearPool(pooled);
        }

        await listener.DisposeAsync();
    }

    private async Task ServeAsync(TcpClient client, CancellationToken stopping)
    {
        var stream = client.GetStream();
        while (await TdsMessage.ReadAsync(stream, stopping) is { } request && await AnswerAsync(request, stream, stopping))
        {
        }
    }

    /// <summary>Answers a request.</summary>
    /// <returns>Whether the connection stays open.</returns>
    private async Task<bool> AnswerAsync(TdsMessage request, NetworkStream stream, CancellationToken stopping)
    {
        if (request.Kind is TdsKind.Prelogin or TdsKind.Attention)
        {
            var fixedAnswer = request.Kind == TdsKind.Prelogin ? TdsReply.Prelogin() : TdsReply.Attention();
            await new TdsMessage(TdsMessage.Answer, fixedAnswer).WriteAsync(stream, stopping);
            return true;
        }

        requests.Enqueue(request);
        var reply = answer(request);
        if (reply.IsCut)
        {
            return false;
        }

        if (!reply.IsSilent)
        {
            await new TdsMessage(TdsMessage.Answer, reply.AnswerTo(request)).WriteAsync(stream, stopping);
        }

        return reply.Fault is null || (request.Kind != TdsKind.Login && reply.Fault.Value.Severity < 20);
    }
}
