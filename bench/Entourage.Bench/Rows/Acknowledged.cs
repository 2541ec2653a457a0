using Entourage.Bench.Load;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>Checks that no acknowledged usage is lost, because a server that loses some would look fast.</summary>
internal static class Acknowledged
{
    /// <summary>Compares the cost of each run's usages with the increase in the teams' cost reports. Each item must be a usage.</summary>
    /// <exception cref="InvalidDataException">The costs differ.</exception>
    public static Side Check(Side side, Scene scene, ServerProcess server) => side with
    {
        RunAsync = async duration =>
        {
            var before = await scene.ReadCostAsync(server.Address);
            var run = await side.RunAsync(duration);
            var (expected, actual) = (run.Items * Requests.Cost, await scene.ReadCostAsync(server.Address) - before);
            return actual == expected
                ? run
                : throw new InvalidDataException($"{run.Items} usages were acknowledged ({expected} USD), but the teams' costs rose by {actual} USD.");
        },
    };
}
