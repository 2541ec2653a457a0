namespace Entourage.Testing;

/// <summary>
/// How far hunts and property tests go that find more the longer they run: some rounds with every change, many where
/// <c>ENTOURAGE_TEST_DEPTH</c> is <c>full</c>.
/// </summary>
public static class Depth
{
    private const string Variable = "ENTOURAGE_TEST_DEPTH";

    private static readonly bool IsFull = Environment.GetEnvironmentVariable(Variable) == "full";

    /// <summary>How many rounds.</summary>
    /// <param name="usual">With every change.</param>
    /// <param name="full">Before a release, or after a change of what is hunted.</param>
    public static int Of(int usual, int full) => IsFull ? full : usual;
}
