using System.Text.Json;
using Entourage.Application.Errors;
using Entourage.Application.Json;
using Entourage.Domain;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Contracts;

/// <summary>A daily cap to simulate on past usage.</summary>
public sealed record SimulateDailyCapParameters
{
    private const string CapName = "daily_cost_limit_usd";

    /// <summary>Required. The daily cap in USD: 0 to 1,000,000 with at most 9 decimals.</summary>
    [FromQuery(Name = CapName)]
    public string? DailyCostLimitUsd { get; init; }

    /// <summary>How many local days, including today: 1 to 90.</summary>
    [FromQuery(Name = "days")]
    public int Days { get; init; } = 14;

    /// <summary>The cap; null if absent.</summary>
    /// <exception cref="InvalidInputException">The text is not an amount of dollars, as in a JSON body.</exception>
    internal Money? Cap
    {
        get
        {
            try
            {
                return DailyCostLimitUsd is null ? null : JsonSerializer.Deserialize<Money>(DailyCostLimitUsd, EntourageJson.Options);
            }
            catch (JsonException)
            {
                throw new InvalidInputException(CapName, $"An amount of dollars from 0 to {Money.LargestInput} is expected, with at most {Money.Decimals} decimals.");
            }
        }
    }
}
