namespace Entourage.Client;

/// <summary>How a server is reached. What is not set is taken from the environment, as <c>entourage run</c> sets it.</summary>
public sealed class EntourageOptions
{
    /// <summary>The server's address, without <c>/api/v1</c>: <c>ENTOURAGE_URL</c>, else <c>http://localhost:8000</c>.</summary>
    public Uri Url { get; set; } = new(FromEnvironment("ENTOURAGE_URL") ?? "http://localhost:8000");

    /// <summary>The key that is sent as <c>X-API-Key</c>: <c>ENTOURAGE_API_KEY</c>; none where the server asks for none.</summary>
    public string? ApiKey { get; set; } = FromEnvironment("ENTOURAGE_API_KEY");

    /// <summary>How often a request is sent again after a transient fault: 0 to 10. A refusal (402) is never sent again.</summary>
    public int Retries { get; set; } = 3;

    /// <summary>How long an attempt may take.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a request may take with all its retries.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    internal bool IsValid => Url is { IsAbsoluteUri: true, Scheme: "http" or "https" } && Retries is >= 0 and <= 10
        && AttemptTimeout > TimeSpan.Zero && Timeout > TimeSpan.Zero;

    internal static string? FromEnvironment(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    internal void Apply(HttpClient http)
    {
        http.BaseAddress = new Uri(Url.AbsoluteUri.TrimEnd('/') + "/api/v1/");
        http.Timeout = Timeout;
        if (ApiKey is not null)
        {
            http.DefaultRequestHeaders.TryAddWithoutValidation("X-API-Key", ApiKey);
        }
    }
}
