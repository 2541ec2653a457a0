using System.Text.Json.Serialization;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Output;

/// <summary>The JSON of <c>status</c> (USD).</summary>
internal sealed record TeamStatus(
    Team Team,
    decimal? DailyCostLimitUsd,
    decimal TodayCostUsd,
    decimal? ForecastMonthUsd,
    IReadOnlyList<AgentStatus> Agents,
    int OpenAlerts,
    int PendingRequests);

/// <summary>An agent in the JSON of <c>status</c> (USD).</summary>
internal sealed record AgentStatus(Guid Id, string Name, string Status, string? Model, decimal TodayCostUsd);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TeamStatus))]
internal sealed partial class PrinterJson : JsonSerializerContext;
