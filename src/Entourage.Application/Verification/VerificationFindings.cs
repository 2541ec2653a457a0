namespace Entourage.Application.Verification;

/// <summary>What a verification finds, as it goes on.</summary>
internal sealed class VerificationFindings
{
    // Of a store that somebody broke there may be millions; nobody reads more than these.
    private const int MaxTroubles = 1_000;

    private long troublesUnsaid;

    public long Records { get; set; }

    public long Folded { get; set; }

    public long Totals { get; set; }

    public List<string> Differences { get; } = [];

    public List<string> Troubles { get; } = [];

    /// <summary>Notes a trouble, as long as there is room.</summary>
    public void Trouble(string trouble)
    {
        if (Troubles.Count < MaxTroubles)
        {
            Troubles.Add(trouble);
        }
        else
        {
            troublesUnsaid++;
        }
    }

    /// <summary>Compares a stored total with what its records come to.</summary>
    public void Compare<T>(object name, T stored, T expected, bool agrees, Action putRight)
    {
        Totals++;
        if (!agrees)
        {
            Differences.Add($"{name}: stored {stored}, but its records come to {expected}");
            putRight();
        }
    }

    public void Add(VerificationFindings other)
    {
        (Records, Folded, Totals) = (Records + other.Records, Folded + other.Folded, Totals + other.Totals);
        Differences.AddRange(other.Differences);
        Troubles.AddRange(other.Troubles);
        if (other.troublesUnsaid > 0)
        {
            Troubles.Add($"{other.troublesUnsaid} further troubles of this kind.");
        }
    }

    /// <summary>Begins, or begins again: a transaction that is run once more finds the same once more.</summary>
    /// <param name="troubles">What was known before.</param>
    public void BeginWith(IEnumerable<string> troubles)
    {
        (Records, Folded, Totals, troublesUnsaid) = (0, 0, 0, 0);
        Differences.Clear();
        Troubles.Clear();
        Troubles.AddRange(troubles);
    }

    public VerificationReport ToReport(bool repaired)
    {
        Differences.Sort(StringComparer.Ordinal);
        return new(Records, Folded, Totals, Differences, repaired) { Troubles = Troubles };
    }
}
