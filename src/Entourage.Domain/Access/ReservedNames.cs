using System.Globalization;
using System.Text;

namespace Entourage.Domain.Access;

/// <summary>Names that the product uses for itself and that callers may not take.</summary>
public static class ReservedNames
{
    /// <summary>The product itself.</summary>
    public const string Product = "entourage";

    /// <summary>A caller of a server that requires no keys.</summary>
    public const string Operator = "operator";

    /// <summary>The first admin key.</summary>
    public const string FirstKey = "bootstrap";

    /// <summary>The reserved names.</summary>
    public static IReadOnlyCollection<string> All { get; } = [Product, Operator, FirstKey];

    // Letters of other scripts, small capitals and digits that look like the Latin letters of the reserved names.
    private static readonly Dictionary<int, char> LookAlikes = Map(
        ('a', "аαɑᴀ"), ('b', "вьβʙᏼ"), ('e', "еεєҽᴇ"), ('g', "ɡɢցǥ"), ('n', "ηνпոɴ"), ('o', "оοσ0օᴏ"), ('p', "рρᴘ"), ('r', "гᴦʀꭇ"), ('s', "ѕꜱʂ"),
        ('t', "тτᴛƭ"), ('u', "υսᴜμц"));

    /// <summary>
    /// Whether a name looks like a reserved one. Ignores case, blanks, punctuation, diacritics and invisible characters, and treats letters
    /// of other scripts as the Latin letters they resemble.
    /// </summary>
    public static bool Imitates(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.Contains(SkeletonOf(name));
    }

    /// <summary>Whether a text has bidirectional control characters, which can make it read as a different text.</summary>
    public static bool HasDirections(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Any(IsDirection);
    }

    private static bool IsDirection(char character) =>
        character is '\u061c' or '\u200e' or '\u200f' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');

    private static string SkeletonOf(string name)
    {
        var skeleton = new StringBuilder(name.Length);

        // Enumerating runes replaces lone surrogates, which would make the normalisation throw.
        foreach (var rune in string.Concat(name.EnumerateRunes()).Normalize(NormalizationForm.FormKD).EnumerateRunes())
        {
            var lower = Rune.ToLowerInvariant(rune);
            if (LookAlikes.TryGetValue(lower.Value, out var letter) || LookAlikes.TryGetValue(rune.Value, out letter))
            {
                skeleton.Append(letter);
            }
            else if (Rune.IsLetterOrDigit(lower) && !IsFiller(lower))
            {
                skeleton.Append(lower);
            }
        }

        return skeleton.ToString();
    }

    // These are letters by category but invisible.
    private static bool IsFiller(Rune rune) =>
        rune.Value is 0x115f or 0x1160 or 0x3164 or 0xffa0 || Rune.GetUnicodeCategory(rune) == UnicodeCategory.OtherNotAssigned;

    private static Dictionary<int, char> Map(params (char Letter, string Others)[] rows) => rows
        .SelectMany(row => row.Others.EnumerateRunes().Select(rune => KeyValuePair.Create(rune.Value, row.Letter)))
        .ToDictionary();
}
