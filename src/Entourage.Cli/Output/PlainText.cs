using System.Globalization;
using System.Text;

namespace Entourage.Cli.Output;

/// <summary>Makes untrusted text safe for a terminal, so that it cannot move the cursor, change colours, break lines or reverse the text.</summary>
internal static class PlainText
{
    /// <summary>Replaces control characters and line ends by spaces, and removes formatting characters such as bidirectional overrides.</summary>
    public static string From(string text)
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
