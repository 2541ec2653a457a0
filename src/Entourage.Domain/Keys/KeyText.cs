using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Entourage.Domain.Keys;

/// <summary>The text of a key: <c>ent_</c>, a prefix that is no secret, an underscore, and the secret.</summary>
public static class KeyText
{
    /// <summary>The length of a prefix, in characters.</summary>
    public const int PrefixLength = 12;

    /// <summary>The shortest text that anybody may choose for a key, in characters.</summary>
    public const int MinLength = 32;

    /// <summary>The longest, in characters.</summary>
    public const int MaxLength = 200;

    private const string Start = "ent_";
    private const int SecretLength = 32; // bytes

    /// <summary>Makes a text that nobody can guess.</summary>
    public static string Create() =>
        $"{Start}{RandomNumberGenerator.GetHexString(PrefixLength, lowercase: true)}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretLength))}";

    /// <summary>Whether a text may be that of a key: of 32 to 200 printable ASCII characters. Any other is wrong without a look at the store.</summary>
    public static bool IsPlausible(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length is >= MinLength and <= MaxLength && !text.AsSpan().ContainsAnyExceptInRange('!', '~');
    }

    /// <summary>What a key is looked up by. Of a text that an operator has chosen it is a part of its hash.</summary>
    public static string PrefixOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith(Start, StringComparison.Ordinal) && text.Length > Start.Length + PrefixLength && text[Start.Length + PrefixLength] == '_'
            ? text.Substring(Start.Length, PrefixLength)
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..PrefixLength];
    }
}
