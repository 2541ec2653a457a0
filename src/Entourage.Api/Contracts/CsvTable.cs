using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;
using Entourage.Api.Protection;
using Entourage.Application.Costs;
using Entourage.Application.Json;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Contracts;

/// <summary>Answers with a CSV table (RFC 4180) of sessions, streamed row by row.</summary>
/// <param name="sessions">The sessions.</param>
/// <param name="labelKeys">The keys of labels with a column of their own, beside the one of all labels.</param>
internal sealed class CsvTable(IAsyncEnumerable<SessionCostResponse> sessions, IReadOnlyList<string> labelKeys) : IActionResult
{
    public const string MediaType = "text/csv";

    private static readonly CsvConfiguration Format = new(CultureInfo.InvariantCulture)
    {
        // The text columns escape formulas themselves. The library's option considers only its own separator, and would turn numbers into
        // text.
        InjectionOptions = InjectionOptions.None,
        ShouldQuote = cell => CsvText.NeedsQuotes(cell.Field),
    };

    public async Task ExecuteResultAsync(ActionContext context)
    {
        RequestTimeouts.Disable(context.HttpContext);
        var response = context.HttpContext.Response;
        response.ContentType = MediaType + "; charset=utf-8";
        response.Headers.ContentDisposition = "attachment; filename=\"costs.csv\"";
        await using var text = new StreamWriter(response.Body, new UTF8Encoding(false), leaveOpen: true);
        await using var csv = new CsvWriter(text, Format);
        csv.Context.RegisterClassMap(new Columns(labelKeys));
        csv.WriteHeader<SessionCostResponse>();
        await csv.NextRecordAsync();
        await foreach (var session in sessions.WithCancellation(context.HttpContext.RequestAborted))
        {
            csv.WriteRecord(session);
            await csv.NextRecordAsync();
        }
    }

    private sealed class Columns : ClassMap<SessionCostResponse>
    {
        public Columns(IReadOnlyList<string> labelKeys)
        {
            Map(session => session.SessionId).Name("session_id");
            Map(session => session.AgentId).Name("agent_id");
            Map(session => session.AgentName).Name("agent_name").Convert(row => CsvText.Of(row.Value.AgentName));
            Map(session => session.TaskId).Name("task_id");
            Map(session => session.TaskTitle).Name("task_title").Convert(row => CsvText.Of(row.Value.TaskTitle));
            Map(session => session.Model).Name("model").Convert(row => CsvText.Of(row.Value.Model));
            Map(session => session.Status).Name("status").Convert(row => EnumNames.Of(row.Value.Status));
            Map(session => session.StartedAt).Name("started_at").Convert(row => UtcJsonConverter.TextOf(row.Value.StartedAt));
            Map(session => session.CostUsd).Name("cost_usd").Convert(row => row.Value.CostUsd.ToString());
            Map(session => session.Tokens).Name("tokens");
            Map(session => session.DurationMinutes).Name("duration_minutes");
            Map(session => session.AssumedCostUsd).Name("assumed_cost_usd").Convert(row => row.Value.AssumedCostUsd.ToString());
            Map(session => session.Labels).Name("labels")
                .Convert(row => CsvText.Of(string.Join("; ", row.Value.Labels.Labels)));
            foreach (var key in labelKeys)
            {
                Map(session => session.Labels, useExistingMap: false).Name($"label_{key}").Convert(row => CsvText.Of(row.Value.Labels.Find(key)));
            }
        }
    }
}
