using System.Buffers;
using System.Text;
using Entourage.Application.Formats;

namespace Entourage.Api.Contracts;

/// <summary>Text of agents for a cell of a table that a spreadsheet may open.</summary>
internal static class CsvText
{
    // OWASP's list (https://owasp.org/www-community/attacks/CSV_Injection) and their compatibility forms, which some locales read alike,
    // the minus sign, and what older programs take for the beginning of a command.
    private static readonly SearchValues<char> Formula = SearchValues.Create("=+-@|%＝＋－＠﹦﹢﹣﹫−⁺⁻⁼₊₋₌｜％");

    // Between cells, by locale: a program that splits at another one than we do ignores our quotes.
    private static readonly SearchValues<char> Separators = SearchValues.Create(",;|\t\r\n");

    private static readonly SearchValues<char> Quoted = SearchValues.Create("\",;|\t\r\n'");

    /// <summary>
    /// The text in one line, with an apostrophe before every character that would begin a formula: at the beginning of the text, and after
    /// each comma, semicolon and bar in it, because the reader may split cells at any of these.
    /// </summary>
    /// <param name="text">The text; null for an empty cell.</param>
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

            // Readers drop blanks and quotes where a cell begins.
            begins = Separators.Contains(character) || (begins && character is ' ' or '"');
        }

        return cell.ToString();
    }

    /// <summary>Whether a cell needs quotes: it holds a character that separates cells for some reader, or was escaped.</summary>
    public static bool NeedsQuotes(string? cell) => cell is { Length: > 0 } && cell.AsSpan().ContainsAny(Quoted);
}
