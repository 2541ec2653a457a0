namespace Entourage.Testing;

/// <summary>
/// The number of rounds of tests that find more the longer they run: few by default, many if
/// <c>ENTOURAGE_TEST_DEPTH</c> is <c>full</c>.
/// </summary>
public static class Depth
{
    private const string Variable = "ENTOURAGE_TEST_DEPTH";

    private static readonly bool IsFull = Environment.GetEnvironmentVariable(Variable) == "full";

    /// <summary>The number of rounds to run.</summary>
    /// <param name="usual">The number by default.</param>
    /// <param name="full">The number before a release or after a change of the code under test.</param>
    public static int Of(int usual, int full) => IsFull ? full : usual;
}
