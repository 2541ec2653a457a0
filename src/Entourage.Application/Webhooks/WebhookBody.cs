using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Entourage.Application.Events;
using Entourage.Application.Formats;
using Entourage.Application.Json;
using Entourage.Domain.Webhooks;

namespace Entourage.Application.Webhooks;

/// <summary>Writes the bodies of webhook messages in the format of their receiver.</summary>
internal static class WebhookBody
{
    /// <summary>The type of a test message.</summary>
    public const string TestType = "test";

    /// <summary>The type of a digest.</summary>
    public const string DigestType = "digest";

    // The longest summary that PagerDuty accepts.
    private const int SummaryLength = 1_024;

    // Longer subjects are cut by many mail programs.
    private const int SubjectLength = 150;

    /// <summary>Writes the body of an event.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="message">The event.</param>
    /// <param name="teamName">The name of the team, for receivers that hear of several; null to leave it out.</param>
    public static string Of(Webhook webhook, EventMessage message, string? teamName)
    {
        ArgumentNullException.ThrowIfNull(webhook);
        ArgumentNullException.ThrowIfNull(message);
        if (webhook.Format == WebhookFormat.Json)
        {
            return Encoding.UTF8.GetString(message.Json.Span);
        }

        var text = Notice.TextFor(webhook.Format);
        var title = $"{(teamName is null ? "" : $"{text.Name(teamName)}: ")}{EventSentence.Of(message, text)}";
        return Of(webhook, new(message.Id, message.At, EventSentence.SeverityOf(message), title, [], Encoding.UTF8.GetString(message.Data.Span)));
    }

    /// <summary>Writes the body of a test message.</summary>
    public static string OfTest(Webhook webhook, Guid eventId, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(webhook);
        return webhook.Format == WebhookFormat.Json
            ? OfProgram(webhook, TestType, eventId, now, "{}")
            : Of(webhook, new(eventId, now, NoticeSeverity.Info, "This is a test from Entourage: messages arrive here.", [], "{}"));
    }

    /// <summary>Writes the body of a digest.</summary>
    public static string OfDigest(Webhook webhook, Guid eventId, DigestResponse digest, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(webhook);
        var data = JsonSerializer.Serialize(digest, EntourageJson.Options);
        var lines = digest.Describe(Notice.TextFor(webhook.Format));
        return webhook.Format == WebhookFormat.Json
            ? OfProgram(webhook, DigestType, eventId, now, data)
            : Of(webhook, new(eventId, now, NoticeSeverity.Info, lines[0], [.. lines.Skip(1)], data));
    }

    private static string OfProgram(Webhook webhook, string type, Guid eventId, DateTimeOffset now, string data) => Write(json =>
    {
        json.WriteString("type", type);
        json.WriteString("id", eventId);
        json.WriteString("timestamp", UtcJsonConverter.TextOf(now));
        if (webhook.TeamId is { } teamId)
        {
            json.WriteString("team_id", teamId);
        }
        else
        {
            json.WriteString("org_id", webhook.OrganisationId);
        }

        json.WritePropertyName("data");
        json.WriteRawValue(data);
    });

    private static string Of(Webhook webhook, Notice notice) => webhook.Format switch
    {
        WebhookFormat.MicrosoftTeams => Write(json => WriteCard(json, notice)),
        WebhookFormat.Pagerduty => Write(json => WriteIncident(json, webhook, notice)),
        WebhookFormat.Email => JsonSerializer.Serialize(
            new EmailContent(SingleLine.Cut($"[Entourage] {notice.Title}", SubjectLength), notice.Text), EntourageJson.Stored),
        _ => Write(json => json.WriteString("text", notice.Text)),
    };

    // An adaptive card, as workflows of Teams receive it. Text runs are shown as written, without markup.
    private static void WriteCard(Utf8JsonWriter json, Notice notice)
    {
        json.WriteString("type", "message");
        json.WriteStartArray("attachments");
        json.WriteStartObject();
        json.WriteString("contentType", "application/vnd.microsoft.card.adaptive");
        json.WriteStartObject("content");
        json.WriteString("$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
        json.WriteString("type", "AdaptiveCard");
        json.WriteString("version", "1.4");
        json.WriteStartArray("body");
        foreach (var line in notice.Text.Split('\n'))
        {
            json.WriteStartObject();
            json.WriteString("type", "RichTextBlock");
            json.WriteStartArray("inlines");
            json.WriteStartObject();
            json.WriteString("type", "TextRun");
            json.WriteString("text", line);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    // See https://developer.pagerduty.com/docs/send-alert-event.
    private static void WriteIncident(Utf8JsonWriter json, Webhook webhook, Notice notice)
    {
        json.WriteString("routing_key", webhook.RoutingKey);
        json.WriteString("event_action", "trigger");
        json.WriteString("dedup_key", notice.Id);
        json.WriteStartObject("payload");
        json.WriteString("summary", SingleLine.Cut(notice.Title, SummaryLength));
        json.WriteString("source", "entourage");
        json.WriteString("severity", EnumNames.Of(notice.Severity));
        json.WriteString("timestamp", UtcJsonConverter.TextOf(notice.At));
        json.WritePropertyName("custom_details");
        json.WriteRawValue(notice.Data);
        json.WriteEndObject();
    }

    private static string Write(Action<Utf8JsonWriter> writeMembers)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            writeMembers(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }
}

/// <summary>The content of an e-mail, as the body of a delivery.</summary>
/// <param name="Subject">The subject, one line.</param>
/// <param name="Text">The plain text.</param>
public sealed record EmailContent(string Subject, string Text);
