using System.Globalization;
using System.Text;

namespace Entourage.Application.Formats;

/// <summary>Turns untrusted text into one visible line.</summary>
public static class SingleLine
{
    /// <summary>
    /// Replaces each control character, line break and blank by a space, and drops format characters, which reverse the order of text or have no
    /// width. Half a surrogate pair becomes U+FFFD. Leading and trailing spaces are removed.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <returns>The line; the same text if nothing had to change.</returns>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text.Trim();
        }

        var line = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsBlank(rune))
            {
                line.Append(' ');
            }
            else if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format)
            {
                line.Append(rune.ToString());
            }
        }

        return line.ToString().Trim();
    }

    /// <summary>Cuts a text to a length, with an ellipsis at its end. It never leaves half a surrogate pair.</summary>
    /// <param name="text">The text.</param>
    /// <param name="length">The most UTF-16 code units, at least 2.</param>
    public static string Cut(string text, int length)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1)] + '…';
    }

    // The last five have the category of letters or symbols, but show nothing.
    private static bool IsBlank(Rune rune) =>
        Rune.IsWhiteSpace(rune) || Rune.IsControl(rune) || rune.Value is 0x115F or 0x1160 or 0x2800 or 0x3164 or 0xFFA0;
}
