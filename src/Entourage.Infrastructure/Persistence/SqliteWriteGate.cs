using Entourage.Application.Errors;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Persistence;

/// <summary>
/// Serialises the writers of an SQLite file, those of this process in the order of their arrival. SQLite admits one writer anyway, but makes the others
/// poll, which is slow and unfair. Correctness does not depend on it.
/// </summary>
/// <param name="connections">The file.</param>
/// <param name="options">The timeout.</param>
internal sealed class SqliteWriteGate(SqliteConnections connections, IOptions<DatabaseOptions> options) : IDisposable
{
    private readonly SemaphoreSlim semaphore = new(1, 1);
    private readonly Lazy<WriterTurns?> turns = new(() => WriterTurns.Open(connections.Path, TimeProvider.System));

    private TimeSpan Timeout => TimeSpan.FromSeconds(options.Value.CommandTimeoutSeconds);

    /// <summary>Waits to write. Dispose the result to admit the next writer.</summary>
    /// <exception cref="StoreUnavailableException">
    /// The wait took too long. While another process locks the file, every writer waits that long, and the waits would add up.
    /// </exception>
    public async Task<Pass> EnterAsync(CancellationToken cancellationToken)
    {
        if (!await semaphore.WaitAsync(Timeout, cancellationToken))
        {
            throw Busy();
        }

        var turn = turns.Value?.EnterAsync() ?? Task.CompletedTask;
        try
        {
            await turn.WaitAsync(Timeout, cancellationToken);
            return new(this);
        }
        catch (Exception exception)
        {
            // The turn still comes, and is given up then.
            _ = turn.ContinueWith(_ => Leave(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw exception is TimeoutException ? Busy() : exception;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        semaphore.Dispose();
        if (turns.IsValueCreated)
        {
            turns.Value?.Dispose();
        }
    }

    private void Leave(bool continues = false)
    {
        turns.Value?.Leave(continues);
        semaphore.Release();
    }

    private static StoreUnavailableException Busy() => new("The store is busy. Nothing was recorded. Send the request again later.");

    /// <summary>The permission to write, until it is disposed.</summary>
    internal sealed class Pass(SqliteWriteGate gate) : IDisposable
    {
        /// <summary>Whether this process has more to write, so that it may keep its turn.</summary>
        public bool Continues { get; set; }

        public void Dispose() => gate.Leave(Continues);
    }
}
