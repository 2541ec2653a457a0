namespace Entourage.Client;

/// <summary>Options of the connection to a server. Defaults come from the environment that <c>entourage run</c> sets.</summary>
public sealed class EntourageOptions
{
    /// <summary>The address of the server without <c>/api/v1</c>. Defaults to <c>ENTOURAGE_URL</c>, or else <c>http://localhost:8000</c>.</summary>
    public Uri Url { get; set; } = new(FromEnvironment("ENTOURAGE_URL") ?? "http://localhost:8000");

    /// <summary>The key to send as <c>X-API-Key</c>, or null for none. Defaults to <c>ENTOURAGE_API_KEY</c>.</summary>
    public string? ApiKey { get; set; } = FromEnvironment("ENTOURAGE_API_KEY");

    /// <summary>The number of retries after a transient fault, from 0 to 10. A refusal (402) is never retried.</summary>
    public int Retries { get; set; } = 3;

    /// <summary>The timeout of a single attempt.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The timeout of a request with all its retries.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    internal const string InvalidMessage = "Url must be an absolute http or https address, Retries must be from 0 to 10, and the timeouts must be above 0.";

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
