using Entourage.Bench.Load;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>Counts acknowledged usages and checks that none is lost, because a server that loses some would look fast.</summary>
internal sealed class Acknowledged
{
    private long usages;

    /// <summary>Counts the acknowledged usages of a side.</summary>
    /// <param name="side">The side.</param>
    /// <param name="usagesPerTurn">How many usages one turn contains.</param>
    public Side Count(Side side, int usagesPerTurn = 1) => side with
    {
        RunAsync = async duration =>
        {
            var run = await side.RunAsync(duration);
            usages += (long)run.Count * usagesPerTurn;
            return run;
        },
    };

    /// <summary>Compares the cost of the acknowledged usages with the teams' cost reports.</summary>
    /// <exception cref="InvalidDataException">The costs differ.</exception>
    public async Task CheckAsync(Scene scene, ServerProcess server)
    {
        var (expected, actual) = (usages * Requests.Cost, await scene.ReadCostAsync(server.Address));
        if (actual != expected)
        {
            throw new InvalidDataException($"{usages} usages were acknowledged ({expected} USD), but the teams' costs are {actual} USD.");
        }
    }
}
