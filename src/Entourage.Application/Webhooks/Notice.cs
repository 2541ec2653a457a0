using Entourage.Domain.Webhooks;

namespace Entourage.Application.Webhooks;

/// <summary>How urgent a notice is, in PagerDuty's words.</summary>
internal enum NoticeSeverity
{
    Info,
    Warning,
    Critical,
}

/// <summary>A message to people, before it gets the format of a receiver.</summary>
/// <param name="Id">The id of the event; a receiver may show the notice once for each id.</param>
/// <param name="At">When it happened (UTC).</param>
/// <param name="Severity">How urgent it is.</param>
/// <param name="Title">One sentence.</param>
/// <param name="Lines">Further lines, if any.</param>
/// <param name="Data">The figures for programs: a JSON object.</param>
internal sealed record Notice(Guid Id, DateTimeOffset At, NoticeSeverity Severity, string Title, IReadOnlyList<string> Lines, string Data)
{
    /// <summary>The text of the notice.</summary>
    public string Text => string.Join('\n', [Title, .. Lines]);

    /// <summary>How other people's words are inserted into notices of a format.</summary>
    public static NoticeText TextFor(WebhookFormat format) => format == WebhookFormat.Slack ? NoticeText.Markup : NoticeText.Plain;
}
