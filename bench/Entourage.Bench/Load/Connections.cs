namespace Entourage.Bench.Load;

/// <summary>The open connections of a run.</summary>
internal sealed class Connections : List<HttpConnection>, IDisposable
{
    private Connections()
    {
    }

    /// <summary>Opens the connections, spread evenly over the servers.</summary>
    public static async Task<Connections> OpenAsync(int count, IReadOnlyList<Uri> servers)
    {
        var connections = new Connections();
        try
        {
            for (var number = 0; number < count; number++)
            {
                connections.Add(await HttpConnection.OpenAsync(servers[number % servers.Count]));
            }

            return connections;
        }
        catch
        {
            connections.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => ForEach(connection => connection.Dispose());
}
