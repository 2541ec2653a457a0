using System.Globalization;
using System.Text;
using Entourage.Domain.Access;
using Entourage.Domain.Keys;
using Entourage.Domain.Organisations;

namespace Entourage.Application.Access;

/// <summary>The display names of callers, which nobody can choose so as to be taken for another.</summary>
public static class CallerNames
{
    // So that something of the name is shown, however long the subject is.
    private const int MaxSubjectLength = 100;

    private const string Nameless = "token";

    /// <summary>
    /// The name of a token's holder: <c>Ada Lovelace (u-1)</c>. People choose their names themselves at many authorities, and several have the
    /// same; the subject is given out by the authority, and is unique there.
    /// </summary>
    /// <param name="name">The person's name; null where the token has none.</param>
    /// <param name="subject">The token's subject; null where it has none.</param>
    /// <returns>At most <see cref="Organisation.NameLength"/> UTF-16 code units on one line, without invisible characters.</returns>
    public static string OfToken(string? name, string? subject)
    {
        var end = $" ({Cut(Clean(subject) ?? "no subject", MaxSubjectLength)})";
        return Cut(Clean(name) ?? Nameless, Organisation.NameLength - end.Length) + end;
    }

    /// <summary>The name of a key's holder. One that was given a reserved name before these were refused is shown with the key's prefix.</summary>
    /// <param name="key">The key.</param>
    public static string OfKey(ApiKey key)
    {
        ArgumentNullException.ThrowIfNull(key);

        // The first key has its name from the product.
        return key.Name == ReservedNames.FirstKey || !(ReservedNames.Imitates(key.Name) || ReservedNames.HasDirections(key.Name))
            ? key.Name
            : OfReserved(key);
    }

    private static string OfReserved(ApiKey key)
    {
        var end = $" (key {key.Prefix})";
        return Cut(Clean(key.Name) ?? "", Organisation.NameLength - end.Length) + end;
    }

    /// <summary>A text on one line, of what is visible of it; null where nothing is.</summary>
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

    private static string Cut(string text, int length) =>
        text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1)] + '…';
}
