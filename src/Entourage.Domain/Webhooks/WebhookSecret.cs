using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Entourage.Domain.Webhooks;

/// <summary>The signing secret of a webhook, as in the Standard Webhooks specification.</summary>
public static class WebhookSecret
{
    /// <summary>The longest secret, in characters.</summary>
    public const int Length = 60;

    private const string Prefix = "whsec_";
    private const int KeyLength = 32; // SHA-256

    /// <summary>Creates a secret: <c>whsec_</c> and a random key in Base64.</summary>
    public static string Create() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyLength));

    /// <summary>Computes the value of the header <c>Webhook-Signature</c>.</summary>
    /// <param name="secret">A secret from <see cref="Create"/>.</param>
    /// <param name="id">The value of <c>Webhook-Id</c>.</param>
    /// <param name="timestamp">The value of <c>Webhook-Timestamp</c>: seconds since 1970 (UTC).</param>
    /// <param name="body">The body that is sent.</param>
    public static string Sign(string secret, string id, long timestamp, string body)
    {
        var signed = string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.{body}");
        var key = Convert.FromBase64String(secret[Prefix.Length..]);
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(signed)));
    }
}
