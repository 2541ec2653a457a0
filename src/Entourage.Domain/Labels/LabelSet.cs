using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Entourage.Domain.Labels;

/// <summary>
/// The labels of a session or a usage, such as <c>customer=acme</c>: who or what the money was spent for. A key occurs once. Keys ignore case and are
/// kept in lower case; values are exact.
/// </summary>
public sealed class LabelSet : IEquatable<LabelSet>
{
    /// <summary>The most labels of a session or a usage, inherited ones included.</summary>
    public const int MaxCount = 10;

    /// <summary>The longest key, in characters.</summary>
    public const int KeyLength = 40;

    /// <summary>The longest value, in UTF-16 code units.</summary>
    public const int ValueLength = 100;

    /// <summary>The longest <see cref="Text"/>.</summary>
    public const int TextLength = (MaxCount * (KeyLength + 1 + ValueLength)) + MaxCount - 1;

    /// <summary>The longest label as <c>key=value</c>.</summary>
    public const int PairLength = KeyLength + 1 + ValueLength;

    private const char PairEnd = '\n';

    /// <summary>No labels.</summary>
    public static readonly LabelSet None = new([], "");

    private readonly Label[] labels;
    private long? id;

    private LabelSet(Label[] labels, string text) => (this.labels, Text) = (labels, text);

    /// <summary>The labels, in the order of their keys.</summary>
    public IReadOnlyList<Label> Labels => labels;

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => labels.Length == 0;

    /// <summary>The labels as stored: <c>key=value</c> in the order of the keys, divided by line breaks. Equal sets have equal texts.</summary>
    public string Text { get; }

    /// <summary>
    /// A number that identifies the set, computed from its text; 0 for no labels. Rollups are kept by it. It is 64 bits of SHA-256, so two of even a million
    /// sets are equal by chance with a probability of 1 in 30 million.
    /// </summary>
    public long Id => id ??= IsEmpty ? 0 : IdOf(Text);

    /// <summary>Creates a set.</summary>
    /// <param name="pairs">Keys and values.</param>
    /// <exception cref="RuleViolationException"><c>validation</c>: a key or a value is not valid, a key occurs twice, or there are too many.</exception>
    public static LabelSet Of(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in pairs)
        {
            var label = Label.Of(key, value);
            if (!labels.TryAdd(label.Key, label.Value))
            {
                throw Invalid($"The label '{label.Key}' occurs twice.");
            }
        }

        return Of(labels);
    }

    /// <summary>Reads a stored set.</summary>
    /// <param name="text">The <see cref="Text"/> of a set.</param>
    public static LabelSet Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return None;
        }

        return new([.. text.Split(PairEnd).Select(Label.ParseStored)], text);
    }

    /// <summary>Returns these labels with others added. The others replace labels with the same keys.</summary>
    /// <exception cref="RuleViolationException"><c>validation</c>: these would be too many.</exception>
    public LabelSet With(LabelSet others)
    {
        ArgumentNullException.ThrowIfNull(others);
        if (others.IsEmpty || IsEmpty)
        {
            return others.IsEmpty ? this : others;
        }

        var merged = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var label in labels.Concat(others.labels))
        {
            merged[label.Key] = label.Value;
        }

        return Of(merged);
    }

    /// <summary>Whether <see cref="With"/> accepts others, so that these would not be too many.</summary>
    public bool CanAdd(LabelSet others)
    {
        ArgumentNullException.ThrowIfNull(others);
        return labels.Length + others.labels.Length <= MaxCount || labels.Length + others.labels.Count(label => Find(label.Key) is null) <= MaxCount;
    }

    /// <summary>
    /// Returns the part of others that makes a difference to these and can be added: labels that are missing here or have another value. Of labels that
    /// would be too many, those whose keys come first are kept.
    /// </summary>
    public LabelSet AdditionsOf(LabelSet others)
    {
        ArgumentNullException.ThrowIfNull(others);
        if (others.IsEmpty || IsEmpty)
        {
            return others;
        }

        var room = MaxCount - labels.Length;
        var added = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var label in others.labels)
        {
            var present = Find(label.Key);
            if (present is null ? room-- > 0 : present != label.Value)
            {
                added.Add(label.Key, label.Value);
            }
        }

        return added.Count == others.labels.Length ? others : Of(added);
    }

    /// <summary>Returns the labels that these and others have in common.</summary>
    public LabelSet CommonWith(LabelSet others)
    {
        ArgumentNullException.ThrowIfNull(others);
        return Equals(others) ? this : Of(new SortedDictionary<string, string>(
            labels.Where(label => others.Find(label.Key) == label.Value).ToDictionary(label => label.Key, label => label.Value), StringComparer.Ordinal));
    }

    /// <summary>Finds the value of a key; null if there is none.</summary>
    /// <param name="key">The key, in lower case.</param>
    public string? Find(string key)
    {
        foreach (var label in labels)
        {
            if (label.Key == key)
            {
                return label.Value;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] LabelSet? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LabelSet);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The labels, for messages: <c>customer=acme, pr=4711</c>.</summary>
    public override string ToString() => string.Join(", ", labels);

    internal static RuleViolationException Invalid(string message) => new("validation", message, nameof(Labels));

    private static LabelSet Of(SortedDictionary<string, string> labels)
    {
        if (labels.Count > MaxCount)
        {
            throw Invalid($"At most {MaxCount} labels are allowed, inherited ones included; these are {labels.Count}.");
        }

        Label[] all = [.. labels.Select(label => new Label(label.Key, label.Value))];
        return all.Length == 0 ? None : new(all, string.Join(PairEnd, all));
    }

    private static long IdOf(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash) is var number and not 0 ? number : 1;
    }
}

/// <summary>A label of a set.</summary>
/// <param name="Key">The key, in lower case: letters, digits, <c>.</c>, <c>_</c> and <c>-</c>, beginning with a letter or digit.</param>
/// <param name="Value">The value: one line without surrounding white space.</param>
public readonly record struct Label(string Key, string Value)
{
    /// <summary>The character between key and value.</summary>
    public const char Separator = '=';

    /// <summary>Creates a label. The key may have any case.</summary>
    /// <exception cref="RuleViolationException"><c>validation</c>: the key or the value is not valid.</exception>
    public static Label Of(string key, string? value)
    {
        var own = KeyOf(key);
        return IsValue(value)
            ? new(own, value)
            : throw LabelSet.Invalid(
                $"The value of the label '{own}' must be one line of 1 to {LabelSet.ValueLength} characters without surrounding white space.");
    }

    /// <summary>Returns a key in lower case.</summary>
    /// <param name="key">The key, in any case.</param>
    /// <exception cref="RuleViolationException"><c>validation</c>: the key is not valid.</exception>
#pragma warning disable CA1308 // Keys are shown to people, who write them in lower case.
    public static string KeyOf(string? key) => IsKey(key)
        ? key.ToLowerInvariant()
        : throw LabelSet.Invalid(
            $"A label's key has 1 to {LabelSet.KeyLength} letters, digits, dots, hyphens or underscores, and begins with a letter or digit; '{Shorten(key)}' does not.");
#pragma warning restore CA1308

    /// <summary>Reads a label written as <c>key=value</c>. The key may have any case.</summary>
    /// <exception cref="RuleViolationException"><c>validation</c>: the text is not a label.</exception>
    public static Label Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var end = text.IndexOf(Separator, StringComparison.Ordinal);
        return end > 0
            ? Of(text[..end], text[(end + 1)..])
            : throw LabelSet.Invalid($"'{Shorten(text)}' is not a label. Write it as 'key=value'.");
    }

    /// <summary>Whether a text is a valid key, in any case.</summary>
    public static bool IsKey([NotNullWhen(true)] string? key) =>
        key is { Length: > 0 and <= LabelSet.KeyLength } && char.IsAsciiLetterOrDigit(key[0])
        && key.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-');

    /// <summary>Whether a text is a valid value.</summary>
    public static bool IsValue([NotNullWhen(true)] string? value) =>
        value is { Length: > 0 and <= LabelSet.ValueLength } && !char.IsWhiteSpace(value[0]) && !char.IsWhiteSpace(value[^1])
        && !value.Any(character => char.IsControl(character) || character is '\u2028' or '\u2029') && HasPairedSurrogates(value);

    /// <summary>Returns <c>key=value</c>.</summary>
    public override string ToString() => $"{Key}{Separator}{Value}";

    internal static Label ParseStored(string text)
    {
        var end = text.IndexOf(Separator, StringComparison.Ordinal);
        return new(text[..end], text[(end + 1)..]);
    }

    private static string Shorten(string? text) => text is { Length: > LabelSet.KeyLength } ? text[..LabelSet.KeyLength] + "…" : text ?? "";

    private static bool HasPairedSurrogates(string value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            if (char.IsHighSurrogate(value[i]) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(value[i]))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>A label of a stored set. Reports and filters find the sets with a label by these rows.</summary>
public sealed class LabelSetMember
{
    private LabelSetMember()
    {
    }

    /// <summary>The organisation in which the set is used.</summary>
    public Guid OrganisationId { get; private init; }

    /// <summary>The <see cref="LabelSet.Id"/> of the set.</summary>
    public long LabelSetId { get; private init; }

    /// <summary>The key, in lower case.</summary>
    public string Key { get; private init; } = "";

    /// <summary>The value.</summary>
    public string Value { get; private init; } = "";

    /// <summary>Creates the rows of a set.</summary>
    public static IEnumerable<LabelSetMember> Of(Guid organisationId, LabelSet labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return labels.Labels.Select(label => new LabelSetMember
        {
            OrganisationId = organisationId,
            LabelSetId = labels.Id,
            Key = label.Key,
            Value = label.Value,
        });
    }
}
