using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Entourage.Testing;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Entourage.Api.Tests.Access;

/// <summary>An OpenID Connect authority that signs any token for a test server that trusts it.</summary>
internal sealed class TestAuthority : IDisposable
{
    public const string Issuer = "https://id.example.com/";
    public const string Audience = "entourage";

    private const string Header = """{"alg":"ES256","kid":"1","typ":"JWT"}""";

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>Settings of a server that requires keys and accepts this authority's tokens.</summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } =
        new Dictionary<string, string>(ApiHost.WithKeys) { ["Auth:Jwt:Authority"] = Issuer, ["Auth:Jwt:Audience"] = Audience };

    /// <summary>Gives a server the metadata that the authority would publish.</summary>
    public void AddTo(IServiceCollection services) => services.PostConfigure<JwtBearerOptions>("jwt", options =>
    {
        var configuration = new OpenIdConnectConfiguration { Issuer = Issuer };
        configuration.SigningKeys.Add(new ECDsaSecurityKey(key) { KeyId = "1" });
        options.ConfigurationManager = new StaticConfigurationManager<OpenIdConnectConfiguration>(configuration);
    });

    /// <summary>Starts a server that accepts this authority's tokens.</summary>
    public Task<ApiHost> StartAsync() => ApiHost.StartAsync(Store.Sqlite, settings: Settings, replace: AddTo);

    /// <summary>A valid admin token.</summary>
    public string AdminToken(string subject = "u-1", string? name = null, int minutes = 5) =>
        Sign(Payload($"""
            "sub":{JsonSerializer.Serialize(subject)},"entourage_role":"admin"{(name is null ? "" : $",\"name\":{JsonSerializer.Serialize(name)}")}
            """, Seconds(minutes)));

    /// <summary>Builds a payload with issuer, audience, the expiry as raw JSON (none if null) and further members.</summary>
    public static string Payload(string members, string? expiry) =>
        $$"""{"iss":"{{Issuer}}","aud":"{{Audience}}"{{(expiry is null ? "" : $",\"exp\":{expiry}")}},{{members}}}""";

    /// <summary>An instant some minutes from now, in Unix seconds.</summary>
    public static string Seconds(int minutes) =>
        TimeProvider.System.GetUtcNow().AddMinutes(minutes).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>Signs a token with any content.</summary>
    public string Sign(string payload, string header = Header) => Sign(Encoding.UTF8.GetBytes(payload), header);

    /// <inheritdoc cref="Sign(string, string)"/>
    public string Sign(byte[] payload, string header = Header)
    {
        var content = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(payload)}";
        return $"{content}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256))}";
    }

    public void Dispose() => key.Dispose();
}
