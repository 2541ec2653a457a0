using System.Globalization;

namespace Entourage.Domain.Alerts;

/// <summary>
/// The shares of a budget that raise an alert when they are spent, in rising order. Equality compares <see cref="Text"/>, so 0.8 and 0.80
/// differ.
/// </summary>
public sealed class AlertThresholds : IEquatable<AlertThresholds>
{
    /// <summary>The maximum number of thresholds.</summary>
    public const int MaxCount = 10;

    /// <summary>The largest share: ten times the budget.</summary>
    public const decimal Greatest = 10m;

    /// <summary>The maximum number of decimals of a share.</summary>
    public const int Decimals = 4;

    /// <summary>The longest <see cref="Text"/>.</summary>
    public const int TextLength = MaxCount * 8;

    /// <summary>50 %, 80 % and 100 %.</summary>
    public static readonly AlertThresholds Default = new([0.5m, 0.8m, 1.0m]);

    private AlertThresholds(IReadOnlyList<decimal> ratios) =>
        (Ratios, Text) = (ratios, string.Join(',', ratios.Select(ratio => ratio.ToString(CultureInfo.InvariantCulture))));

    /// <summary>The shares: 0.8 is 80 %.</summary>
    public IReadOnlyList<decimal> Ratios { get; }

    /// <summary>The shares as text for the store: <c>0.5,0.8,1.0</c>.</summary>
    public string Text { get; }

    /// <summary>
    /// Whether the shares are valid thresholds: at most <see cref="MaxCount"/>, each above 0 and up to <see cref="Greatest"/>, with at most
    /// <see cref="Decimals"/> decimals, in rising order.
    /// </summary>
    public static bool Allow(IReadOnlyList<decimal> ratios)
    {
        ArgumentNullException.ThrowIfNull(ratios);
        return ratios.Count <= MaxCount
            && ratios.All(ratio => ratio is > 0 and <= Greatest && ratio.Scale <= Decimals)
            && ratios.Zip(ratios.Skip(1)).All(pair => pair.First < pair.Second);
    }

    /// <summary>Creates thresholds.</summary>
    /// <exception cref="RuleViolationException"><c>validation</c>: <see cref="Allow"/> returns false.</exception>
    public static AlertThresholds Of(IReadOnlyList<decimal> ratios) => Allow(ratios)
        ? new([.. ratios])
        : throw new RuleViolationException(
            "validation",
            $"Thresholds must be at most {MaxCount} shares in rising order, each above 0 and up to {Greatest}, with at most {Decimals} decimals.",
            nameof(AlertThresholds));

    /// <summary>Reads what <see cref="Text"/> returned.</summary>
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
