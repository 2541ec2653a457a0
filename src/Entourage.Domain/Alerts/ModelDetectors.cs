using System.Globalization;
using Entourage.Domain.Prices;

namespace Entourage.Domain.Alerts;

/// <summary>Detects problems with the cost of a model's usage, once for each model and local day of the team.</summary>
public static class ModelDetectors
{
    /// <summary>Reports a usage that has neither a cost nor a price.</summary>
    /// <param name="model">The model; empty when unknown.</param>
    /// <param name="day">The local day of the team.</param>
    /// <param name="assumed">The assumed rates at which the tokens count; null if they count as zero.</param>
    public static AlertFinding Unpriced(string model, DateOnly day, TokenRates? assumed)
    {
        var counted = assumed is null
            ? "counts as 0 USD"
            : $"counts at the assumed rates of {assumed.Input} USD per million input tokens and {assumed.Output} USD per million output tokens";
        return new(
            AlertKind.UnpricedModel,
            CauseOf(model),
            WindowOf(day),
            string.IsNullOrEmpty(model)
                ? $"A usage without a cost named no model, so it {counted}."
                : $"The model '{model}' has no price, so its usage {counted} until you set one.",
            new() { Model = model });
    }

    /// <summary>Reports a stated cost that differs a lot from the price.</summary>
    /// <param name="model">The model.</param>
    /// <param name="day">The local day of the team.</param>
    /// <param name="reported">The cost that the caller stated (USD).</param>
    /// <param name="expected">The cost by the price (USD).</param>
    public static AlertFinding CostDiffers(string model, DateOnly day, Money reported, Money expected) => new(
        AlertKind.CostDiffers,
        CauseOf(model),
        WindowOf(day),
        $"A usage of '{model}' reported a cost of {reported} USD. By the model's price it costs {expected} USD.",
        new() { Model = model, Cost = reported, ExpectedCost = expected });

    /// <summary>Mutes a finding until the team's day ends, so that the session's next usages do not look for its alert again.</summary>
    /// <param name="state">The detector state of the session.</param>
    /// <param name="finding">The finding.</param>
    /// <param name="at">When the usage occurred (UTC).</param>
    /// <param name="dayEnds">When the team's day ends (UTC).</param>
    /// <returns>The new detector state; null if the finding is already muted.</returns>
    public static DetectorState? MuteForDay(DetectorState state, AlertFinding finding, DateTimeOffset at, DateTimeOffset dayEnds)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(finding);
        var key = (finding.Kind == AlertKind.UnpricedModel ? "u" : "d") + Fingerprint.Of(finding.Cause);
        return state.IsMuted(key, at) ? null : state.Mute(key, at, dayEnds);
    }

    private static string CauseOf(string model) => $"model:{model}";

    private static string WindowOf(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
