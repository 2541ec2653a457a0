using System.Text.Json.Serialization;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Output;

/// <summary>How a team stands (USD).</summary>
internal sealed record TeamStatus(
    Team Team,
    decimal? DailyCostLimitUsd,
    decimal TodayCostUsd,
    decimal? ForecastMonthUsd,
    IReadOnlyList<AgentStatus> Agents,
    int OpenAlerts,
    int PendingRequests);

/// <summary>How an agent stands (USD).</summary>
internal sealed record AgentStatus(Guid Id, string Name, string Status, string? Model, decimal TodayCostUsd);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TeamStatus))]
internal sealed partial class PrinterJson : JsonSerializerContext;
