using System.Globalization;
using Entourage.Domain.Prices;

namespace Entourage.Domain.Alerts;

/// <summary>Notices what is wrong with the cost of a model's usage. It is said once for each model and day of the team.</summary>
public static class ModelDetectors
{
    /// <summary>Tokens that nobody has a price for.</summary>
    /// <param name="model">The model; empty when nobody said.</param>
    /// <param name="day">The local day of the team.</param>
    /// <param name="assumed">The rates that the tokens count at; null where they count as nothing.</param>
    public static AlertFinding Unpriced(string model, DateOnly day, TokenRates? assumed)
    {
        var counted = assumed is null
            ? "counts as nothing"
            : $"counts at the assumed rates of {assumed.Input} USD for a million input tokens and {assumed.Output} USD for a million output tokens";
        return new(
            AlertKind.UnpricedModel,
            CauseOf(model),
            WindowOf(day),
            string.IsNullOrEmpty(model)
                ? $"Usage without a cost named no model, so it {counted}."
                : $"There is no price for the model '{model}', so its usage {counted} until one is set.",
            new() { Model = model });
    }

    /// <summary>A stated cost that is far from what the price comes to.</summary>
    /// <param name="model">The model.</param>
    /// <param name="day">The local day of the team.</param>
    /// <param name="reported">What the caller stated (USD).</param>
    /// <param name="expected">What the price comes to (USD).</param>
    public static AlertFinding CostDiffers(string model, DateOnly day, Money reported, Money expected) => new(
        AlertKind.CostDiffers,
        CauseOf(model),
        WindowOf(day),
        $"Usage of '{model}' was stated to cost {reported} USD; by its price it comes to {expected} USD.",
        new() { Model = model, Cost = reported, ExpectedCost = expected });

    /// <summary>Keeps what was found from being looked for again with each usage of a session, until the day of the team is over.</summary>
    /// <param name="watch">What is remembered of the session.</param>
    /// <param name="finding">What was found.</param>
    /// <param name="at">When (UTC).</param>
    /// <param name="dayEnds">When the day of the team ends (UTC).</param>
    /// <returns>What is to be remembered; null when it was found before.</returns>
    public static DetectorState? Note(DetectorState watch, AlertFinding finding, DateTimeOffset at, DateTimeOffset dayEnds)
    {
        ArgumentNullException.ThrowIfNull(watch);
        ArgumentNullException.ThrowIfNull(finding);
        var key = (finding.Kind == AlertKind.UnpricedModel ? "u" : "d") + Fingerprint.Of(finding.Cause);
        return watch.IsMuted(key, at) ? null : watch.Mute(key, at, dayEnds);
    }

    private static string CauseOf(string model) => $"model:{model}";

    private static string WindowOf(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
