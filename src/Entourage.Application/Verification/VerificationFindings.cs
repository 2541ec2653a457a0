namespace Entourage.Application.Verification;

/// <summary>Collects the findings of a verification.</summary>
internal sealed class VerificationFindings
{
    // A badly damaged store can have millions of problems. Nobody reads more than these.
    private const int MaxProblems = 1_000;

    private long unreported;

    public long Records { get; set; }

    public long Compacted { get; set; }

    public long Totals { get; set; }

    public List<string> Differences { get; } = [];

    public List<string> Problems { get; } = [];

    /// <summary>Adds a problem, up to the limit.</summary>
    public void AddProblem(string problem)
    {
        if (Problems.Count < MaxProblems)
        {
            Problems.Add(problem);
        }
        else
        {
            unreported++;
        }
    }

    /// <summary>Adds a difference between stored rows.</summary>
    public void AddDifference(string difference, Action repair)
    {
        Differences.Add(difference);
        repair();
    }

    /// <summary>Compares a stored total with the sum of its records.</summary>
    public void Compare<T>(object name, T stored, T expected, bool agrees, Action repairTotal)
    {
        Totals++;
        if (!agrees)
        {
            AddDifference($"{name}: stored {stored}, but the records sum to {expected}", repairTotal);
        }
    }

    public void Add(VerificationFindings other)
    {
        (Records, Compacted, Totals) = (Records + other.Records, Compacted + other.Compacted, Totals + other.Totals);
        Differences.AddRange(other.Differences);
        Problems.AddRange(other.Problems);
        if (other.unreported > 0)
        {
            Problems.Add($"{other.unreported} further problems were found.");
        }
    }

    /// <summary>Starts over, because a transaction that is run again finds everything again.</summary>
    /// <param name="problems">Problems known before the transaction.</param>
    public void BeginWith(IEnumerable<string> problems)
    {
        (Records, Compacted, Totals, unreported) = (0, 0, 0, 0);
        Differences.Clear();
        Problems.Clear();
        Problems.AddRange(problems);
    }

    public VerificationReport ToReport(bool repaired)
    {
        Differences.Sort(StringComparer.Ordinal);
        return new(Records, Compacted, Totals, Differences, repaired) { Problems = Problems };
    }
}
