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
        // On the stack, because every usage writes the text of its session.
        var text = new TextBuilder(stackalloc char[TextLength]);
        text.Append(Form);
        text.Append(';');
        text.Append(WindowMinutes);
        text.Append(';');
        var before = 0L;
        for (var i = 0; i < Slices.Count; i++)
        {
            // Each index but the first is relative to the one before it, which keeps the text short.
            var (index, tokens) = Slices[i];
            text.Separate(i > 0);
            text.Append(index - before);
            text.Append('.');
            text.Append(tokens);
            before = index;
        }

        text.Append(';');
        if (ErrorCount > 0)
        {
            text.Append(ErrorFingerprint);
            text.Append('.');
            text.Append(ErrorCount);
        }

        text.Append(';');
        text.Append(FirstCosts);
        text.Append(';');
        text.Append(LatestCosts);
        text.Append(';');
        for (var i = 0; i < Mutes.Count; i++)
        {
            text.Separate(i > 0);
            text.Append(Mutes[i].Key);
            text.Append('.');
            text.Append(Mutes[i].Until);
        }

        return text.ToString();
    }

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

    /// <summary>Builds a text in a buffer that is long enough for every state.</summary>
    private ref struct TextBuilder(Span<char> buffer)
    {
        private readonly Span<char> buffer = buffer;
        private int length;

        public void Append(char character) => buffer[length++] = character;

        public void Append(ReadOnlySpan<char> characters)
        {
            characters.CopyTo(buffer[length..]);
            length += characters.Length;
        }

        /// <summary>Appends a number in base 36.</summary>
        public void Append(long number) => length += Base36.Write(number, buffer[length..]);

        public void Append(IReadOnlyList<Money> costs)
        {
            for (var i = 0; i < costs.Count; i++)
            {
                Separate(i > 0);
                Append(costs[i].NanoUsd);
            }
        }

        public void Separate(bool hasMore)
        {
            if (hasMore)
            {
                Append('.');
            }
        }

        public override readonly string ToString() => new(buffer[..length]);
    }
}
