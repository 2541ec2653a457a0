namespace Entourage.Infrastructure.Persistence;

/// <summary>Disposes connections and transactions that a fault may have broken.</summary>
internal static class QuietDisposal
{
    /// <summary>
    /// Disposes a connection, transaction or command and ignores faults. A broken one cannot tell the server to roll back and says so, which would hide
    /// the fault that broke it. The server rolls back in any case when the connection ends.
    /// </summary>
    /// <returns>Whether it was disposed without a fault.</returns>
    public static async ValueTask<bool> DisposeQuietlyAsync(this IAsyncDisposable? resource)
    {
        try
        {
            await (resource?.DisposeAsync() ?? default);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    /// <summary>Wraps a resource for <c>await using</c>, so that it is disposed quietly.</summary>
    public static Quiet Quietly(this IAsyncDisposable resource) => new(resource);

    /// <summary>Disposes its resource quietly.</summary>
    /// <param name="Resource">The resource.</param>
    internal readonly record struct Quiet(IAsyncDisposable Resource) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await Resource.DisposeQuietlyAsync();
    }
}
