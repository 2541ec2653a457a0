using System.Buffers;
using System.Text;
using Entourage.Application.Formats;

namespace Entourage.Application.Webhooks;

/// <summary>
/// Text of agents for a message in Slack's format, mrkdwn. It shows what the agent wrote and does nothing: no link, mention, emoji or format.
/// mrkdwn has no escape character, so what would begin one of these is replaced. Receivers that read Markdown instead are met, too.
/// </summary>
internal static class SlackText
{
    /// <summary>The most characters that one text takes in a message, after it is escaped.</summary>
    /// <remarks>A sentence holds at most two, so a message stays below the 3,000 characters that Slack shows at once.</remarks>
    public const int Longest = 1_000;

    // What punctuates our own sentences: an unquoted text with these could go on as if it were one.
    private static readonly SearchValues<char> Punctuation = SearchValues.Create(".:;,!?()[]{}|\"“”„«»‹›。：；，！？（）—–");

    private static readonly SearchValues<char> Quotes = SearchValues.Create("\"“”„«»＂");

    /// <summary>The text, escaped, in one line of at most <see cref="Longest"/> characters.</summary>
    public static string Of(string text)
    {
        var line = SingleLine.Of(text);
        var escaped = new StringBuilder(line.Length + 16);
        for (var at = 0; at < line.Length; at++)
        {
            var piece = PieceAt(line, at);
            if (char.IsHighSurrogate(line[at]))
            {
                at++;
            }

            if (escaped.Length + piece.Length >= Longest)
            {
                return escaped.Append('…').ToString();
            }

            escaped.Append(piece);
        }

        return escaped.ToString();
    }

    /// <summary>A name for the middle of a sentence: as it is when it is one word, else in quotation marks, which it cannot close.</summary>
    public static string Name(string name) => Quote(name, name.Contains(' ', StringComparison.Ordinal));

    /// <summary>A remark that ends a message: as it is when nothing in it could be taken for a sentence of ours, else in quotation marks.</summary>
    public static string Remark(string text) => Quote(text, false);

    private static string Quote(string text, bool always)
    {
        var line = SingleLine.Of(text);
        if (!always && (!line.AsSpan().ContainsAny(Punctuation) || IsVersion(line)))
        {
            return Of(line);
        }

        return $"“{Of(string.Concat(line.Select(character => Quotes.Contains(character) ? '\'' : character)))}”";
    }

    // Names of models: gpt-4.1, vendor/model:tag.
    private static bool IsVersion(string line) => line.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' or ':' or '/');

    private static string PieceAt(string line, int at) => line[at] switch
    {
        // Slack's three; see https://docs.slack.dev/messaging/formatting-message-text#escaping
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '*' => "∗",
        '~' => "∼",
        '`' => "'",
        '_' when at == 0 || at == line.Length - 1 || !char.IsLetterOrDigit(line[at - 1]) || !char.IsLetterOrDigit(line[at + 1]) => "＿",
        '@' => "[at]",
        '#' when IsLetter(line, at + 1) => "[#]",
        ':' when IsAt(line, at + 1, "//") => "[:]",
        ':' when BeginsEmoji(line, at) => ": ",
        '.' when BeginsDomain(line, at) => "[.]",
        '．' or '。' or '｡' when BeginsDomain(line, at) => $"[{line[at]}]",
        // Many of them push what follows to a line of its own.
        ' ' when at > 0 && line[at - 1] == ' ' => "",
        _ when char.IsHighSurrogate(line[at]) => line.Substring(at, 2),
        _ => line[at].ToString(),
    };

    // Slack makes links of bare domains. The last part of one has two letters at least, so versions and amounts stay as they are.
    private static bool BeginsDomain(string line, int at) => IsWord(line, at - 1) && IsLetter(line, at + 1) && IsLetter(line, at + 2);

    // A colon, a name and a colon. The minutes of a time are no emoji.
    private static bool BeginsEmoji(string line, int at)
    {
        var end = at + 1;
        while (end < line.Length && (char.IsLetterOrDigit(line[end]) || char.IsSurrogate(line[end]) || line[end] is '_' or '+' or '-' or '\''))
        {
            end++;
        }

        return end > at + 1 && end < line.Length && line[end] == ':' && !(end == at + 3 && IsDigit(line, at - 1) && IsDigit(line, at + 1) && IsDigit(line, at + 2));
    }

    private static bool IsAt(string line, int at, string text) => line.AsSpan(Math.Min(at, line.Length)).StartsWith(text, StringComparison.Ordinal);

    private static bool IsWord(string line, int at) => at >= 0 && at < line.Length && (char.IsLetterOrDigit(line[at]) || char.IsSurrogate(line[at]));

    private static bool IsLetter(string line, int at) => at >= 0 && at < line.Length && (char.IsLetter(line[at]) || char.IsSurrogate(line[at]));

    private static bool IsDigit(string line, int at) => at >= 0 && at < line.Length && char.IsAsciiDigit(line[at]);
}
