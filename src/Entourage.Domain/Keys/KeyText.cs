using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Entourage.Domain.Keys;

/// <summary>The text of a key: <c>ent_</c>, a public prefix, an underscore and the secret.</summary>
public static class KeyText
{
    /// <summary>The length of the prefix, in characters.</summary>
    public const int PrefixLength = 12;

    /// <summary>The shortest text of a key, in characters.</summary>
    public const int MinLength = 32;

    /// <summary>The longest text of a key, in characters.</summary>
    public const int MaxLength = 200;

    private const string Start = "ent_";
    private const int SecretLength = 32; // bytes

    /// <summary>Creates a random text.</summary>
    public static string Create() =>
        $"{Start}{RandomNumberGenerator.GetHexString(PrefixLength, lowercase: true)}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretLength))}";

    /// <summary>Whether a text can be a key: 32 to 200 printable ASCII characters. Other texts are rejected without asking the store.</summary>
    public static bool IsPlausible(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length is >= MinLength and <= MaxLength && !text.AsSpan().ContainsAnyExceptInRange('!', '~');
    }

    /// <summary>Returns the prefix by which a key is looked up. For a text chosen by an operator, this is the beginning of its hash.</summary>
    public static string PrefixOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith(Start, StringComparison.Ordinal) && text.Length > Start.Length + PrefixLength && text[Start.Length + PrefixLength] == '_'
            ? text.Substring(Start.Length, PrefixLength)
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..PrefixLength];
    }
}
