using System.Text;

namespace Entourage.Domain.Alerts;

/// <content>The serialised form: base-36 numbers in groups that are separated by semicolons.</content>
public sealed partial record DetectorState
{
    // The version of the form. A state in another version is discarded.
    private const string Form = "1";
    private const int GroupCount = 7;

    /// <summary>Reads a state. A text that is empty or in an unknown version gives <see cref="Empty"/>.</summary>
    /// <exception cref="FormatException">The text is not a valid state.</exception>
    public static DetectorState Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var groups = text.Split(';');
        if (groups[0] != Form)
        {
            return Empty;
        }

        if (groups.Length != GroupCount)
        {
            throw new FormatException("Expected seven groups in a detector state.");
        }

        var error = Parts(groups[3]);
        return new()
        {
            WindowMinutes = (int)Base36.Parse(groups[1]),
            Slices = SlicesOf(groups[2]),
            ErrorFingerprint = error.Length == 0 ? "" : error[0],
            ErrorCount = error.Length == 0 ? 0 : (int)Base36.Parse(error[1]),
            FirstCosts = CostsOf(groups[4]),
            LatestCosts = CostsOf(groups[5]),
            Mutes = MutesOf(groups[6]),
        };
    }

    /// <summary>The text that <see cref="Parse"/> reads: lower-case letters, digits, dots and semicolons.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Form, TextLength / 2).Append(';').AppendBase36(WindowMinutes).Append(';');
        var before = 0L;
        foreach (var (index, tokens) in Slices)
        {
            // Each index but the first is relative to the one before it, which keeps the text short.
            Separate(text, before > 0).AppendBase36(index - before).Append('.').AppendBase36(tokens);
            before = index;
        }

        text.Append(';');
        if (ErrorCount > 0)
        {
            text.Append(ErrorFingerprint).Append('.').AppendBase36(ErrorCount);
        }

        Write(text.Append(';'), FirstCosts);
        Write(text.Append(';'), LatestCosts);
        text.Append(';');
        for (var i = 0; i < Mutes.Count; i++)
        {
            Separate(text, i > 0).Append(Mutes[i].Key).Append('.').AppendBase36(Mutes[i].Until);
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, IReadOnlyList<Money> costs)
    {
        for (var i = 0; i < costs.Count; i++)
        {
            Separate(text, i > 0).AppendBase36(costs[i].NanoUsd);
        }
    }

    private static StringBuilder Separate(StringBuilder text, bool hasMore) => hasMore ? text.Append('.') : text;

    private static string[] Parts(string group) => group.Length == 0 ? [] : group.Split('.');

    private static List<(long Index, long Tokens)> SlicesOf(string group)
    {
        var parts = Parts(group);
        var slices = new List<(long Index, long Tokens)>(parts.Length / 2);
        var index = 0L;
        for (var i = 0; i + 1 < parts.Length; i += 2)
        {
            index += Base36.Parse(parts[i]);
            slices.Add((index, Base36.Parse(parts[i + 1])));
        }

        return slices;
    }

    private static List<(string Key, long Until)> MutesOf(string group)
    {
        var parts = Parts(group);
        var mutes = new List<(string Key, long Until)>(parts.Length / 2);
        for (var i = 0; i + 1 < parts.Length; i += 2)
        {
            mutes.Add((parts[i], Base36.Parse(parts[i + 1])));
        }

        return mutes;
    }

    private static Money[] CostsOf(string group) => [.. Parts(group).Select(part => new Money(Base36.Parse(part)))];
}
