using System.Globalization;
using System.Text;

namespace Entourage.Cli.Output;

/// <summary>Text of others for a terminal: nothing in it moves the cursor, changes the colour, begins a line, or reverses what follows.</summary>
internal static class Plain
{
    /// <summary>The text with a space for each control character and line end, and without characters that only format, such as bidi overrides.</summary>
    public static string Of(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator:
                    plain.Append(' ');
                    break;
                case UnicodeCategory.Format:
                    break;
                default:
                    plain.Append(rune.ToString());
                    break;
            }
        }

        return plain.ToString();
    }
}
