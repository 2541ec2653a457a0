using System.Buffers;
using System.Text;
using Entourage.Application.Formats;

namespace Entourage.Api.Contracts;

/// <summary>Makes text from agents safe in a CSV cell that a spreadsheet may open.</summary>
internal static class CsvText
{
    // OWASP's list (https://owasp.org/www-community/attacks/CSV_Injection), the compatibility forms of its characters, which some locales
    // treat the same way, the minus sign, and characters that start a command in older programs.
    private static readonly SearchValues<char> Formula = SearchValues.Create("=+-@|%＝＋－＠﹦﹢﹣﹫−⁺⁻⁼₊₋₌｜％");

    // Cell separators of all locales. A program that splits at another separator than ours ignores our quotes.
    private static readonly SearchValues<char> Separators = SearchValues.Create(",;|\t\r\n");

    private static readonly SearchValues<char> Quoted = SearchValues.Create("\",;|\t\r\n'");

    /// <summary>
    /// Puts the text in one line, with an apostrophe before each character that would start a formula: at the start of the text and after each
    /// comma, semicolon and bar, because the reader may split cells at any of these. Null gives an empty cell.
    /// </summary>
    public static string Of(string? text)
    {
        if (text is null)
        {
            return "";
        }

        var line = SingleLine.Of(text);
        if (!line.AsSpan().ContainsAny(Formula))
        {
            return line;
        }

        var cell = new StringBuilder(line.Length + 8);
        var begins = true;
        foreach (var character in line)
        {
            if (begins && Formula.Contains(character))
            {
                cell.Append('\'');
            }

            cell.Append(character);

            // Readers drop spaces and quotes at the start of a cell.
            begins = Separators.Contains(character) || (begins && character is ' ' or '"');
        }

        return cell.ToString();
    }

    /// <summary>Whether a cell needs quotes, because it contains a separator of any locale or was escaped.</summary>
    public static bool NeedsQuotes(string? cell) => cell is { Length: > 0 } && cell.AsSpan().ContainsAny(Quoted);
}
