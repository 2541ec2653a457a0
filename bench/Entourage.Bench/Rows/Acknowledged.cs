using Entourage.Bench.Load;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>The usages that were answered, to be found again: a server that loses some would be fast.</summary>
internal sealed class Acknowledged
{
    private long usages;

    /// <summary>Counts those of a side.</summary>
    /// <param name="side">The side.</param>
    /// <param name="usagesPerTurn">How many usages a turn of it is.</param>
    public Side Count(Side side, int usagesPerTurn = 1) => side with
    {
        RunAsync = async duration =>
        {
            var run = await side.RunAsync(duration);
            usages += (long)run.Count * usagesPerTurn;
            return run;
        },
    };

    /// <summary>Compares what they cost with what the teams' costs add up to.</summary>
    /// <exception cref="InvalidDataException">They are not the same.</exception>
    public async Task CheckAsync(Scene scene, ServerProcess server)
    {
        var (expected, actual) = (usages * Requests.Cost, await scene.ReadCostAsync(server.Address));
        if (actual != expected)
        {
            throw new InvalidDataException($"{usages} usages were acknowledged, {expected} USD; the teams' costs are {actual} USD.");
        }
    }
}
