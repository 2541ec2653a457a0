using System.Globalization;

namespace Entourage.Domain.Alerts;

/// <summary>The shares of a budget that are told when they are spent, rising; two are the same when they read the same.</summary>
public sealed class AlertThresholds : IEquatable<AlertThresholds>
{
    /// <summary>The most of them.</summary>
    public const int MaxCount = 10;

    /// <summary>The greatest share: ten times the budget.</summary>
    public const decimal Greatest = 10m;

    /// <summary>The most decimals of one.</summary>
    public const int Decimals = 4;

    /// <summary>The longest text of all.</summary>
    public const int TextLength = MaxCount * 8;

    /// <summary>Half, four fifths, and all of it.</summary>
    public static readonly AlertThresholds Default = new([0.5m, 0.8m, 1.0m]);

    private AlertThresholds(IReadOnlyList<decimal> ratios) =>
        (Ratios, Text) = (ratios, string.Join(',', ratios.Select(ratio => ratio.ToString(CultureInfo.InvariantCulture))));

    /// <summary>The shares: 0.8 is four fifths.</summary>
    public IReadOnlyList<decimal> Ratios { get; }

    /// <summary>All of them as a text, for the store: <c>0.5,0.8,1.0</c>.</summary>
    public string Text { get; }

    /// <summary>Whether some shares can be thresholds: few, above zero, not too great, with few decimals, each above the one before.</summary>
    public static bool Allow(IReadOnlyList<decimal> ratios)
    {
        ArgumentNullException.ThrowIfNull(ratios);
        return ratios.Count <= MaxCount
            && ratios.All(ratio => ratio is > 0 and <= Greatest && ratio.Scale <= Decimals)
            && ratios.Zip(ratios.Skip(1)).All(pair => pair.First < pair.Second);
    }

    /// <summary>Thresholds of some shares.</summary>
    /// <exception cref="RuleViolationException"><c>validation</c>: they cannot be thresholds.</exception>
    public static AlertThresholds Of(IReadOnlyList<decimal> ratios) => Allow(ratios)
        ? new([.. ratios])
        : throw new RuleViolationException(
            "validation",
            $"Thresholds are up to {MaxCount} shares above 0 and up to {Greatest}, rising, with at most {Decimals} decimals.",
            "AlertThresholds");

    /// <summary>Reads the text again.</summary>
    public static AlertThresholds Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text == Default.Text ? Default
            : new([.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(ratio => decimal.Parse(ratio, CultureInfo.InvariantCulture))]);
    }

    /// <inheritdoc/>
    public bool Equals(AlertThresholds? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AlertThresholds);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
