using System.Text;

namespace Entourage.Domain.Alerts;

/// <content>How a watch is written: numbers to the base of 36, in groups that a semicolon divides.</content>
public sealed partial record DetectorState
{
    // Another form begins otherwise, and is not read as this one.
    private const string Form = "1";
    private const int GroupCount = 7;

    /// <summary>Reads a watch. An empty text is one that has seen nothing, and so is one in a form that this program does not know.</summary>
    /// <exception cref="FormatException">It is not what a watch was written as.</exception>
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
            throw new FormatException("A session's watch has another number of groups.");
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

    /// <summary>The watch as a text that <see cref="Parse"/> reads: small letters, digits, dots and semicolons.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Form).Append(';').Append(Base36.Of(WindowMinutes)).Append(';');
        var before = 0L;
        foreach (var (index, tokens) in Slices)
        {
            // The first from the beginning of time, each other from the one before it: the distance is short.
            Separate(text, before > 0).Append(Base36.Of(index - before)).Append('.').Append(Base36.Of(tokens));
            before = index;
        }

        text.Append(';');
        if (ErrorCount > 0)
        {
            text.Append(ErrorFingerprint).Append('.').Append(Base36.Of(ErrorCount));
        }

        Write(text.Append(';'), FirstCosts);
        Write(text.Append(';'), LatestCosts);
        text.Append(';');
        for (var i = 0; i < Mutes.Count; i++)
        {
            Separate(text, i > 0).Append(Mutes[i].Key).Append('.').Append(Base36.Of(Mutes[i].Until));
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, IReadOnlyList<Money> costs)
    {
        for (var i = 0; i < costs.Count; i++)
        {
            Separate(text, i > 0).Append(Base36.Of(costs[i].NanoUsd));
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
