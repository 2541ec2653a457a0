using System.Buffers;
using System.Text;
using Entourage.Application.Formats;

namespace Entourage.Application.Webhooks;

/// <summary>
/// Inserts agents' text into sentences of messages, on one line and of limited length, so that it cannot pose as one of our sentences. For Slack's
/// mrkdwn format it is also escaped, so that it shows as written and never becomes a link, mention, emoji or formatting. mrkdwn has no escape
/// character, so characters that would start one of these are replaced. This also works for receivers that read Markdown.
/// </summary>
internal sealed class NoticeText
{
    /// <summary>For receivers that interpret markup.</summary>
    public static readonly NoticeText Markup = new(escapes: true);

    /// <summary>For receivers that show text as it is.</summary>
    public static readonly NoticeText Plain = new(escapes: false);

    private readonly bool escapes;

    private NoticeText(bool escapes) => this.escapes = escapes;

    /// <summary>The most characters of one text in a message, after escaping.</summary>
    /// <remarks>A sentence contains at most two texts, so a message stays below the 3,000 characters that Slack shows at once.</remarks>
    public const int Longest = 1_000;

    // Punctuation of our own sentences: an unquoted text with these could pose as a part of one.
    private static readonly SearchValues<char> Punctuation = SearchValues.Create(".:;,!?()[]{}|\"“”„«»‹›。：；，！？（）—–");

    private static readonly SearchValues<char> Quotes = SearchValues.Create("\"“”„«»＂");

    /// <summary>Escapes a text to one line of at most <see cref="Longest"/> characters.</summary>
    public string Of(string text)
    {
        var line = SingleLine.Of(text);
        var escaped = new StringBuilder(line.Length + 16);
        for (var at = 0; at < line.Length; at++)
        {
            var piece = escapes ? PieceAt(line, at) : line.Substring(at, char.IsHighSurrogate(line[at]) ? 2 : 1);
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

    /// <summary>Escapes a name within a sentence. A name of several words is put in quotation marks, which it cannot close.</summary>
    public string Name(string name) => Quote(name, name.Contains(' ', StringComparison.Ordinal));

    /// <summary>Escapes a remark at the end of a message. Text that could pose as one of our sentences is put in quotation marks.</summary>
    public string Remark(string text) => Quote(text, false);

    private string Quote(string text, bool always)
    {
        var line = SingleLine.Of(text);
        if (!always && (!line.AsSpan().ContainsAny(Punctuation) || IsVersion(line)))
        {
            return Of(line);
        }

        return $"“{Of(string.Concat(line.Select(character => Quotes.Contains(character) ? '\'' : character)))}”";
    }

    // Matches names of models, such as gpt-4.1 or vendor/model:tag.
    private static bool IsVersion(string line) => line.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' or ':' or '/');

    private static string PieceAt(string line, int at) => line[at] switch
    {
        // The three characters that Slack escapes; see https://docs.slack.dev/messaging/formatting-message-text#escaping
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
        // A long run of spaces would push the rest to a new line.
        ' ' when at > 0 && line[at - 1] == ' ' => "",
        _ when char.IsHighSurrogate(line[at]) => line.Substring(at, 2),
        _ => line[at].ToString(),
    };

    // Slack turns bare domains into links. The last part of a domain has at least two letters, so versions and amounts are left alone.
    private static bool BeginsDomain(string line, int at) => IsWord(line, at - 1) && IsLetter(line, at + 1) && IsLetter(line, at + 2);

    // A colon, a name and a colon. The minutes of a time are not an emoji.
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
