using System.Globalization;
using System.Text.Json;
using Entourage.Application.Events;
using Entourage.Application.Json;
using Entourage.Domain.Alerts;
using Entourage.Domain.Events;

namespace Entourage.Application.Webhooks;

/// <summary>
/// Describes events in a sentence. Text that others may have written is escaped where it is inserted. The sentence around it is ours and contains no
/// markup.
/// </summary>
internal static class EventSentence
{
    // The members in which alerts, stops and budgets describe themselves.
    private static readonly string[] Wordings = ["message", "detail", "reason", "text", "title"];

    private static readonly string[] UrgentAlerts =
        [EnumNames.Of(AlertKind.BudgetExceeded), EnumNames.Of(AlertKind.RunawayTokens), EnumNames.Of(AlertKind.HumanRequest)];

    /// <summary>Describes an event.</summary>
    public static string Of(EventMessage message, NoticeText text)
    {
        using var document = JsonDocument.Parse(message.Data);
        var data = document.RootElement;
        return message.Kind switch
        {
            EventKind.Usage =>
                $"Session {Number(message.SessionId)} used {Text(data, "input_tokens")} input and {Text(data, "output_tokens")} output tokens"
                + $"{(Text(data, "model") is { } model ? $" of {text.Name(model)}" : "")}: {Text(data, "cost_usd")} USD.",
            EventKind.Session when Text(data, "status") == "active" => $"Session {Number(message.SessionId)} of {AgentName(data, text)} has begun.",
            EventKind.Session =>
                $"Session {Number(message.SessionId)} of {AgentName(data, text)} has ended ({Text(data, "status")}) at {Text(data, "cost_usd")} USD."
                + (Text(data, "error") is { } error ? $" {text.Remark(error)}" : ""),
            EventKind.Settings => "The settings of the team were changed.",
            _ => $"{Title(message)}{(Text(data, "kind") is { } kind ? $" ({kind})" : "")}: {Wording(data, text) ?? "see the dashboard."}",
        };
    }

    /// <summary>Says how urgent an event is.</summary>
    public static NoticeSeverity SeverityOf(EventMessage message)
    {
        if (message.Kind is not (EventKind.Alert or EventKind.Budget or EventKind.Stop))
        {
            return NoticeSeverity.Info;
        }

        using var document = JsonDocument.Parse(message.Data);
        return message.Kind == EventKind.Stop || UrgentAlerts.Contains(Text(document.RootElement, "kind")) ? NoticeSeverity.Critical : NoticeSeverity.Warning;
    }

    private static string Title(EventMessage message) => (message.Kind switch
    {
        EventKind.Alert => "Alert",
        EventKind.Stop => "Stop",
        _ => "Budget",
    }) + (message.SessionId is { } session ? $", session {Number(session)}" : "");

    // An alert's message is our own sentence with names in it. The other members are entirely other people's words.
    private static string? Wording(JsonElement data, NoticeText text) => Text(data, Wordings[0]) is { } message
        ? text.Of(message)
        : Wordings.Select(name => Text(data, name)).FirstOrDefault(wording => wording is not null) is { } remark ? text.Remark(remark) : null;

    private static string AgentName(JsonElement data, NoticeText text) => text.Name(Text(data, "agent_name") ?? "");

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
