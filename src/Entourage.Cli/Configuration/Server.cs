using Entourage.Client;

namespace Entourage.Cli.Configuration;

/// <summary>Which server is spoken to, and with which key.</summary>
/// <param name="Url">Its address.</param>
/// <param name="ApiKey">The key; null where none is known.</param>
internal sealed record Server(Uri Url, string? ApiKey)
{
    private static readonly Uri Local = new("http://localhost:8000");

    /// <summary>The option before the environment, that before the login, and that before this machine.</summary>
    /// <param name="url">The option.</param>
    /// <exception cref="CommandException">It is no address.</exception>
    public static Server Find(string? url)
    {
        var stored = StoredLogin.Read();
        var stated = url ?? Variable("ENTOURAGE_URL");
        var address = stated is null ? stored?.Url ?? Local : Parse(stated);

        // A key goes to the server that it was given for, and to no other.
        return new(address, Variable("ENTOURAGE_API_KEY") ?? (stored is not null && Same(stored.Url, address) ? stored.ApiKey : null));
    }

    /// <summary>A client of it.</summary>
    public EntourageClient Connect() => EntourageClient.Create(Options);

    /// <summary>A client of it that would rather give up than wait.</summary>
    public EntourageClient ConnectBriefly()
    {
        var options = Options;
        (options.Retries, options.AttemptTimeout, options.Timeout) = (1, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5));
        return EntourageClient.Create(options);
    }

    /// <summary>Reads an address.</summary>
    public static Uri Parse(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) && address is { Scheme: "http" or "https" }
        ? address
        : throw new CommandException($"'{url}' is no http or https address.");

    public static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private EntourageOptions Options => new() { Url = Url, ApiKey = ApiKey };

    private static bool Same(Uri one, Uri other) => one.AbsoluteUri.TrimEnd('/') == other.AbsoluteUri.TrimEnd('/');
}
