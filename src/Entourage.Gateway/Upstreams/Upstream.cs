using Entourage.Domain.Sessions;
using Entourage.Gateway.Formats;

namespace Entourage.Gateway.Upstreams;

/// <summary>A provider that calls are passed to.</summary>
/// <param name="Name">The name in the path.</param>
/// <param name="Format">The provider's API.</param>
/// <param name="BaseUrl">Where the API is. It ends with a slash.</param>
/// <param name="ApiKey">The provider's key; null to pass the caller's credential on.</param>
/// <param name="Headers">Headers to set in every call.</param>
/// <param name="Billing">How the calls are billed.</param>
internal sealed record Upstream(
    string Name, IProviderFormat Format, Uri BaseUrl, string? ApiKey, IReadOnlyDictionary<string, string> Headers, Billing Billing)
{
    /// <summary>The headers in which the caller may have sent an Entourage key, which the provider must not see.</summary>
    public IEnumerable<string> ReplacedHeaders => ApiKey is null ? [] : Format.CredentialHeaders;
}
