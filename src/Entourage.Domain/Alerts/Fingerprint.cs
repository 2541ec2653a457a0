using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Entourage.Domain.Alerts;

/// <summary>Recognises a text without keeping it.</summary>
public static partial class Fingerprint
{
    /// <summary>The longest: 64 bits to the base of 36.</summary>
    public const int Length = 13;

    /// <summary>The fingerprint of a text as it is.</summary>
    public static string Of(string text) =>
        Base36.Of(BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))));

    /// <summary>
    /// The fingerprint of an error. Numbers, addresses, hashes, UUIDs and other ids count for nothing, nor does how its blanks are
    /// set: the same failure of two requests differs in these.
    /// </summary>
    public static string OfError(string error) => Of(WithoutIds(error));

    /// <summary>An error without what differs from request to request.</summary>
    public static string WithoutIds(string error) => Blanks.Replace(Ids.Replace(error, "#"), " ").Trim();

    // A UUID; a word of eight characters or more with a digit in it; a shorter one of hexadecimal digits; any other number.
    [GeneratedRegex(
        @"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b|\b(?=[^\W\d]*\d)\w{8,}\b|\b(?=[a-fA-F]*[0-9])[0-9a-fA-F]{6,7}\b|\b0[xX][0-9a-fA-F]+\b|\d+")]
    private static partial Regex Ids { get; }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks { get; }
}
