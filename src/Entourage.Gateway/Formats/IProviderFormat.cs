namespace Entourage.Gateway.Formats;

/// <summary>What the gateway must know of a provider's API: its routes, and where requests, answers and errors say what the gateway needs.</summary>
internal interface IProviderFormat
{
    /// <summary>Where the provider serves its API.</summary>
    Uri DefaultBaseUrl { get; }

    /// <summary>The headers that may contain a credential. The first is where the provider takes its keys.</summary>
    IReadOnlyList<string> CredentialHeaders { get; }

    /// <summary>Finds a route; null for a path that the gateway refuses.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="path">The path below the upstream's base URL, without a slash at the front and without the query.</param>
    ProviderRoute? FindRoute(string method, string path);

    /// <summary>Reads what a metered request asks for.</summary>
    /// <param name="route">The route.</param>
    /// <param name="body">The whole body.</param>
    /// <exception cref="UnreadableRequestException">The body does not say what a metered request must say.</exception>
    ModelRequest Read(ProviderRoute route, ReadOnlyMemory<byte> body);

    /// <summary>Estimates the most input tokens of a request if it is sent as another model.</summary>
    /// <param name="request">The request.</param>
    /// <param name="model">The other model.</param>
    long InputTokensAs(ModelRequest request, string model) => request.InputTokens;

    /// <summary>Changes a request, and leaves every other byte as it is.</summary>
    /// <param name="request">The request.</param>
    /// <param name="changes">What to change.</param>
    /// <returns>
    /// The body to send; the same memory if nothing changes. Where the path names the model (Gemini), <see cref="ProviderRoute.PathWith"/> changes it there.
    /// </returns>
    ReadOnlyMemory<byte> Rewrite(ModelRequest request, RequestChanges changes);

    /// <summary>Creates the meter of one answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isStream">Whether the answer is a stream of events.</param>
    UsageMeter Meter(ModelRequest request, bool isStream);

    /// <summary>The name under which the catalogue lists the price of a search of the web.</summary>
    /// <param name="model">The model that searches.</param>
    string SearchPriceOf(string model);

    /// <summary>Writes a refusal as the provider's own error, in a shape and with a status that its clients show and do not retry.</summary>
    ProviderError Refuse(Refusal refusal);

    /// <summary>Writes the event that ends a stream of events with a refusal, so that the client learns the reason.</summary>
    byte[] EndStream(ProviderRoute route, Refusal refusal);
}

/// <summary>A route of a provider that the gateway passes on.</summary>
/// <param name="Operation">The operation, such as <c>messages</c>. It tells the format how to read the request and the answer.</param>
/// <param name="IsMetered">Whether calls of it cost money.</param>
/// <param name="Model">The model that the path names; null if the body names it.</param>
internal sealed record ProviderRoute(string Operation, bool IsMetered, string? Model = null)
{
    /// <summary>Names another model in the path; the same path if it names none.</summary>
    /// <param name="path">The path of the request.</param>
    /// <param name="model">The model to send.</param>
    public string PathWith(string path, string model) =>
        Model is { } named && named != model ? path.Replace($"/{named}:", $"/{Uri.EscapeDataString(model)}:", StringComparison.Ordinal) : path;
}

/// <summary>A metered request.</summary>
/// <param name="Route">The route.</param>
/// <param name="Body">The body, unchanged.</param>
/// <param name="Model">The model.</param>
/// <param name="InputTokens">The most input tokens that it can cost, estimated from the body.</param>
/// <param name="MaxOutputTokens">The most output tokens of each choice; null if the request does not say.</param>
/// <param name="Choices">The number of answers that are generated, each of up to <paramref name="MaxOutputTokens"/>: 1 or more.</param>
/// <param name="HasOutput">Whether output is generated; false for embeddings.</param>
/// <param name="Streams">Whether it asks for a stream.</param>
/// <param name="Tier">The service tier that it asks for, as <see cref="Domain.Prices.ServiceTier"/> names it; null if it does not say.</param>
internal sealed record ModelRequest(
    ProviderRoute Route,
    ReadOnlyMemory<byte> Body,
    string Model,
    long InputTokens,
    long? MaxOutputTokens,
    int Choices,
    bool HasOutput,
    bool Streams,
    string? Tier)
{
    /// <summary>The smallest output limit with which the provider accepts the request, such as a thinking budget + 1; null if any will do.</summary>
    public long? LeastOutputTokens { get; init; }

    /// <summary>
    /// How often the provider may run tools of its own, such as web search. Without a limit in the request, it is <see cref="Formats.ServerTools.AssumedUses"/>.
    /// </summary>
    public long ServerToolUses { get; init; }

    /// <summary>Whether one of these tools searches the web, which providers bill apart.</summary>
    public bool MaySearch { get; init; }

    /// <summary>The number of images, if the tokens of an image depend on the model; 0 otherwise.</summary>
    public int Images { get; init; }

    /// <summary>Whether the gateway asks for usage in the stream although the client did not, so that the meter must withhold it.</summary>
    public bool WithholdsUsage { get; init; }
}

/// <summary>What the gateway changes in a request.</summary>
/// <param name="Model">The model to send; null to leave it.</param>
/// <param name="MaxOutputTokens">The output limit of each choice to send; null to leave it.</param>
internal sealed record RequestChanges(string? Model = null, long? MaxOutputTokens = null);

/// <summary>A request that the gateway cannot meter. The message is for the caller.</summary>
internal sealed class UnreadableRequestException(string message) : Exception(message);

/// <summary>The reason of a refusal.</summary>
internal enum RefusalReason
{
    /// <summary>A budget has too little left.</summary>
    Budget,

    /// <summary>The session, the agent, its team or organisation has been stopped.</summary>
    Stopped,

    /// <summary>No key, or one that is not valid here.</summary>
    Unauthenticated,

    /// <summary>The key may not do this.</summary>
    Forbidden,

    /// <summary>The path or the upstream does not exist here.</summary>
    NotFound,

    /// <summary>The call asks for a WebSocket, whose messages could not be metered. Codex then uses HTTP at once.</summary>
    NoUpgrade,

    /// <summary>The request cannot be read or metered.</summary>
    Invalid,

    /// <summary>The body is too large.</summary>
    TooLarge,

    /// <summary>Too many requests. The only refusal that a client should retry.</summary>
    TooMany,

    /// <summary>The store cannot record, so nothing may be spent.</summary>
    Unavailable,
}

/// <summary>A refusal of the gateway.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Message">What a person should read.</param>
internal sealed record Refusal(RefusalReason Reason, string Message)
{
    /// <summary>When the call may succeed (UTC); null if that is unknown or clients should not wait.</summary>
    public DateTimeOffset? RetryAt { get; init; }
}

/// <summary>An answer in a provider's own error shape.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The JSON body.</param>
internal sealed record ProviderError(int Status, byte[] Body);
