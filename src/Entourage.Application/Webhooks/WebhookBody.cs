using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Entourage.Application.Events;
using Entourage.Application.Json;
using Entourage.Domain.Events;
using Entourage.Domain.Webhooks;

namespace Entourage.Application.Webhooks;

/// <summary>Writes the bodies of webhook messages.</summary>
public static class WebhookBody
{
    /// <summary>The type of a test message.</summary>
    public const string TestType = "test";

    // The members in which alerts, stops and budgets describe themselves.
    private static readonly string[] Wordings = ["message", "detail", "reason", "text", "title"];

    /// <summary>Writes the body of an event.</summary>
    public static string Of(Webhook webhook, EventMessage message)
    {
        ArgumentNullException.ThrowIfNull(webhook);
        ArgumentNullException.ThrowIfNull(message);
        return webhook.Format == WebhookFormat.Slack ? OfText(Sentence(message)) : Encoding.UTF8.GetString(message.Json.Span);
    }

    /// <summary>Writes the body of a test message.</summary>
    public static string OfTest(Webhook webhook, Guid eventId, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(webhook);
        return webhook.Format == WebhookFormat.Slack
            ? OfText("This is a test from Entourage: messages arrive here.")
            : Write(json =>
            {
                json.WriteStartObject();
                json.WriteString("type", TestType);
                json.WriteString("id", eventId);
                json.WriteString("timestamp", UtcJsonConverter.TextOf(now));
                json.WriteString("team_id", webhook.TeamId);
                json.WriteStartObject("data");
                json.WriteEndObject();
                json.WriteEndObject();
            });
    }

    private static string OfText(string text) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("text", text);
        json.WriteEndObject();
    });

    private static string Write(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    // Text that others may have written is escaped where it is inserted. The sentence around it is ours and contains no markup.
    private static string Sentence(EventMessage message)
    {
        using var document = JsonDocument.Parse(message.Data);
        var data = document.RootElement;
        return message.Kind switch
        {
            EventKind.Usage =>
                $"Session {Number(message.SessionId)} used {Text(data, "input_tokens")} input and {Text(data, "output_tokens")} output tokens"
                + $"{(Text(data, "model") is { } model ? $" of {SlackText.Name(model)}" : "")}: {Text(data, "cost_usd")} USD.",
            EventKind.Session when Text(data, "status") == "active" => $"Session {Number(message.SessionId)} of {AgentName(data)} has begun.",
            EventKind.Session =>
                $"Session {Number(message.SessionId)} of {AgentName(data)} has ended ({Text(data, "status")}) at {Text(data, "cost_usd")} USD."
                + (Text(data, "error") is { } error ? $" {SlackText.Remark(error)}" : ""),
            EventKind.Settings => "The settings of the team were changed.",
            _ => $"{Title(message)}{(Text(data, "kind") is { } kind ? $" ({kind})" : "")}: {Wording(data) ?? "see the dashboard."}",
        };
    }

    private static string Title(EventMessage message) => (message.Kind switch
    {
        EventKind.Alert => "Alert",
        EventKind.Stop => "Stop",
        _ => "Budget",
    }) + (message.SessionId is { } session ? $", session {Number(session)}" : "");

    // An alert's message is our own sentence with names in it. The other members are entirely other people's words.
    private static string? Wording(JsonElement data) => Text(data, Wordings[0]) is { } message
        ? SlackText.Of(message)
        : Wordings.Select(name => Text(data, name)).FirstOrDefault(text => text is not null) is { } remark ? SlackText.Remark(remark) : null;

    private static string AgentName(JsonElement data) => SlackText.Name(Text(data, "agent_name") ?? "");

    private static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static string? Text(JsonElement data, string member) => data.TryGetProperty(member, out var value)
        ? value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        }
        : null;
}
