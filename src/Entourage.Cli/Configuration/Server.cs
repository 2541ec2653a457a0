using Entourage.Client;

namespace Entourage.Cli.Configuration;

/// <summary>The server to use, with its key.</summary>
/// <param name="Url">The address.</param>
/// <param name="ApiKey">The key, or null for none.</param>
internal sealed record Server(Uri Url, string? ApiKey)
{
    private static readonly Uri Local = new("http://localhost:8000");

    /// <summary>Finds the server from the option, the environment, the login or the default, in this order.</summary>
    /// <param name="url">The value of the option, or null.</param>
    /// <exception cref="CommandException">The address is invalid.</exception>
    public static Server Find(string? url)
    {
        var stored = StoredLogin.Read();
        var specified = url ?? Variable("ENTOURAGE_URL");
        var address = specified is null ? stored?.Url ?? Local : Parse(specified);

        // The stored key is sent only to the server that it was stored for.
        return new(address, Variable("ENTOURAGE_API_KEY") ?? (stored is not null && IsSame(stored.Url, address) ? stored.ApiKey : null));
    }

    public EntourageClient Connect() => EntourageClient.Create(Options);

    /// <summary>Creates a client with short timeouts and one retry.</summary>
    public EntourageClient ConnectBriefly()
    {
        var options = Options;
        (options.Retries, options.AttemptTimeout, options.Timeout) = (1, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5));
        return EntourageClient.Create(options);
    }

    public static Uri Parse(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) && address is { Scheme: "http" or "https" }
        ? address
        : throw new CommandException($"'{url}' is not an http or https address.");

    public static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private EntourageOptions Options => new() { Url = Url, ApiKey = ApiKey };

    private static bool IsSame(Uri one, Uri other) => one.AbsoluteUri.TrimEnd('/') == other.AbsoluteUri.TrimEnd('/');
}
