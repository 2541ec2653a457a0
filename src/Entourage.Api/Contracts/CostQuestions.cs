using System.Text.Json;
using Entourage.Application.Costs;
using Entourage.Application.Errors;
using Entourage.Application.Json;
using Entourage.Domain;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Contracts;

/// <summary>A cap to be tried on what happened.</summary>
public sealed record WhatIfParameters
{
    private const string CapName = "daily_cost_limit_usd";

    /// <summary>Required. The daily cap in USD: 0 to 1,000,000 with at most 9 decimals.</summary>
    [FromQuery(Name = CapName)]
    public string? DailyCostLimitUsd { get; init; }

    /// <summary>How many local days, today included: 1 to 90.</summary>
    [FromQuery(Name = "days")]
    public int Days { get; init; } = 14;

    /// <summary>The cap; null where it is absent.</summary>
    /// <exception cref="InvalidInputException">It is no amount of dollars as a body would have it.</exception>
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

/// <summary>A provider's invoice, to be compared with what was recorded.</summary>
/// <param name="From">Where what it covers begins: a local date (2026-11-23) or an instant (2026-11-23T10:15:00Z), widened to a whole quarter of an hour.</param>
/// <param name="To">Where that ends: a local date, that day included, or an instant.</param>
/// <param name="Period">Instead of the two: today, 7d, 30d, month or all (the default).</param>
/// <param name="Invoice">Required. What was invoiced by model, up to 1,000 lines.</param>
public sealed record ReconcileRequest(string? From = null, string? To = null, CostPeriod? Period = null, IReadOnlyList<InvoiceLine>? Invoice = null)
{
    /// <summary>The time that it covers.</summary>
    internal CostFilter Filter => new(From, To, Period, AgentId: null, TaskId: null, Model: null);
}
