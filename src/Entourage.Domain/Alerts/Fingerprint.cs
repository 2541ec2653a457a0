using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Entourage.Domain.Alerts;

/// <summary>Identifies a text by a short hash, so that the text need not be kept.</summary>
internal static partial class Fingerprint
{
    /// <summary>The longest fingerprint: 64 bits in base 36.</summary>
    public const int Length = 13;

    /// <summary>Computes the fingerprint of a text.</summary>
    public static string Of(string text) =>
        Base36.Of(BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))));

    /// <summary>
    /// Computes the fingerprint of an error, ignoring numbers, addresses, hashes, UUIDs, other ids and white space, in which the same
    /// failure of two requests can differ.
    /// </summary>
    public static string OfError(string error) => Of(WithoutIds(error));

    /// <summary>Replaces the ids in an error with <c>#</c> and normalises its white space.</summary>
    public static string WithoutIds(string error) => Blanks.Replace(Ids.Replace(error, "#"), " ").Trim();

    // A UUID; a word of eight or more characters with a digit; a shorter hexadecimal word with a digit; any other number.
    [GeneratedRegex(
        @"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b|\b(?=[^\W\d]*\d)\w{8,}\b|\b(?=[a-fA-F]*[0-9])[0-9a-fA-F]{6,7}\b|\b0[xX][0-9a-fA-F]+\b|\d+")]
    private static partial Regex Ids { get; }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks { get; }
}
