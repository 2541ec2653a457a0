using System.Globalization;
using System.Text;
using Entourage.Application.Formats;
using Entourage.Domain.Access;
using Entourage.Domain.Keys;
using Entourage.Domain.Organisations;

namespace Entourage.Application.Access;

/// <summary>Builds the display names of callers, so that no caller can pose as another.</summary>
public static class CallerNames
{
    // Leaves room for a part of the name, however long the subject is.
    private const int MaxSubjectLength = 100;

    private const string Nameless = "token";

    /// <summary>
    /// Builds the name of a token's holder: <c>Ada Lovelace (u-1)</c>. At many authorities users choose their own names, and several can share one.
    /// The subject is assigned by the authority and unique there.
    /// </summary>
    /// <param name="name">The display name; null if the token has none.</param>
    /// <param name="subject">The subject; null if the token has none.</param>
    /// <returns>At most <see cref="Organisation.NameLength"/> UTF-16 code units on one line, without invisible characters.</returns>
    public static string OfToken(string? name, string? subject)
    {
        var end = $" ({SingleLine.Cut(Clean(subject) ?? "no subject", MaxSubjectLength)})";
        return SingleLine.Cut(Clean(name) ?? Nameless, Organisation.NameLength - end.Length) + end;
    }

    /// <summary>Builds the name of a key's holder. A key that got a reserved name before those were refused is shown with its prefix.</summary>
    /// <param name="key">The key.</param>
    public static string OfKey(ApiKey key)
    {
        ArgumentNullException.ThrowIfNull(key);

        // Entourage itself names the first key.
        return key.Name == ReservedNames.FirstKey || !(ReservedNames.Imitates(key.Name) || ReservedNames.HasDirections(key.Name))
            ? key.Name
            : OfReserved(key);
    }

    private static string OfReserved(ApiKey key)
    {
        var end = $" (key {key.Prefix})";
        return SingleLine.Cut(Clean(key.Name) ?? "", Organisation.NameLength - end.Length) + end;
    }

    /// <summary>Returns the visible part of a text on one line; null if nothing is visible.</summary>
    private static string? Clean(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune))
            {
                _ = clean is { Length: > 0 } && clean[^1] != ' ' ? clean.Append(' ') : clean;
            }
            else if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator))
            {
                clean.Append(rune);
            }
        }

        return clean.ToString().Trim() is { Length: > 0 } visible ? visible : null;
    }
}
