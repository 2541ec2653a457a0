using System.Globalization;

namespace Entourage.Domain.Budgets;

/// <summary>A rule of a team: from a share of its tightest budget on, calls of some models are sent as a cheaper model.</summary>
/// <param name="WhenSpent">The share of the tightest budget from which it applies: 0.8 is 80 %.</param>
/// <param name="From">The models: a name, or the beginning of names and <c>*</c>. Case does not count.</param>
/// <param name="To">The model to send instead.</param>
public sealed record ModelFallback(decimal WhenSpent, string From, string To)
{
    /// <summary>The longest name of a model, in characters.</summary>
    public const int NameLength = 100;

    /// <summary>The maximum number of decimals of <see cref="WhenSpent"/>.</summary>
    public const int Decimals = 4;

    private const char AnyEnd = '*';

    /// <summary>Whether the share and both names are valid. Names are printable ASCII without spaces, because one of them becomes a header.</summary>
    internal bool IsValid =>
        WhenSpent is >= 0 and <= 1
        && WhenSpent.Scale <= Decimals
        && IsName(From is { Length: > 1 } && From.EndsWith(AnyEnd) ? From[..^1] : From)
        && IsName(To);

    /// <summary>Whether calls of a model are among those it applies to.</summary>
    /// <param name="model">The model as the call names it.</param>
    public bool Matches(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return From.EndsWith(AnyEnd)
            ? model.AsSpan().StartsWith(From.AsSpan(0, From.Length - 1), StringComparison.OrdinalIgnoreCase)
            : model.Equals(From, StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsName(string? name) =>
        name is { Length: > 0 and <= NameLength } && name.All(character => character is > ' ' and <= '~' and not AnyEnd);
}

/// <summary>The rules of a team to send calls as cheaper models. Equality compares <see cref="Text"/>.</summary>
public sealed class ModelFallbacks : IEquatable<ModelFallbacks>
{
    /// <summary>The maximum number of rules.</summary>
    public const int MaxCount = 20;

    /// <summary>The longest <see cref="Text"/>.</summary>
    public const int TextLength = MaxCount * ((2 * (ModelFallback.NameLength + 1)) + ModelFallback.Decimals + 4);

    /// <summary>No rules.</summary>
    public static readonly ModelFallbacks None = new([]);

    private ModelFallbacks(IReadOnlyList<ModelFallback> rules) => (Rules, Text) = (rules, string.Join(
        '\n', rules.Select(rule => string.Create(CultureInfo.InvariantCulture, $"{rule.WhenSpent} {rule.From} {rule.To}"))));

    /// <summary>The rules, in the order in which the team set them.</summary>
    public IReadOnlyList<ModelFallback> Rules { get; }

    /// <summary>The rules as text for the store, a line for each: <c>0.8 claude-opus-* claude-sonnet-5-5</c>.</summary>
    public string Text { get; }

    /// <summary>Whether there are at most <see cref="MaxCount"/> rules and each is valid.</summary>
    public static bool Allow(IReadOnlyList<ModelFallback> rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        return rules.Count <= MaxCount && rules.All(rule => rule.IsValid);
    }

    /// <summary>Creates rules.</summary>
    /// <exception cref="RuleViolationException"><c>validation</c>: <see cref="Allow"/> returns false.</exception>
    public static ModelFallbacks Of(IReadOnlyList<ModelFallback> rules) => Allow(rules)
        ? rules.Count == 0 ? None : new([.. rules])
        : throw new RuleViolationException(
            "validation",
            $"Model fallbacks must be at most {MaxCount} rules, each with a share from 0 to 1 and two names of up to {ModelFallback.NameLength} characters.",
            nameof(ModelFallbacks));

    /// <summary>Reads what <see cref="Text"/> returned.</summary>
    public static ModelFallbacks Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length == 0 ? None : new([.. text.Split('\n').Select(ParseRule)]);
    }

    /// <summary>
    /// Returns the models to try for a call, the first that fits its budgets is sent: the rules whose share is reached, the highest share first; the
    /// model of the call; the other rules, the lowest share first. Of rules with the same share, the one that was set first comes first.
    /// </summary>
    /// <param name="model">The model that the call names.</param>
    /// <param name="position">The budgets of the call, before it is made.</param>
    public IEnumerable<string> OrderFor(string model, BudgetPosition position)
    {
        ArgumentNullException.ThrowIfNull(position);
        var matching = Rules.Where(rule => rule.Matches(model)).ToArray();
        if (matching.Length == 0)
        {
            return [model];
        }

        var reached = matching.ToLookup(rule => position.HasReached(rule.WhenSpent));
        return reached[true].OrderByDescending(rule => rule.WhenSpent).Select(rule => rule.To)
            .Append(model)
            .Concat(reached[false].OrderBy(rule => rule.WhenSpent).Select(rule => rule.To))
            .Distinct(StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public bool Equals(ModelFallbacks? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ModelFallbacks);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static ModelFallback ParseRule(string line)
    {
        var parts = line.Split(' ');
        return new(decimal.Parse(parts[0], CultureInfo.InvariantCulture), parts[1], parts[2]);
    }
}
