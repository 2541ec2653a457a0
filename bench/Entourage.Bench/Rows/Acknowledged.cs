using Entourage.Bench.Load;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>Checks that no acknowledged usage is lost, because a server that loses some would look fast.</summary>
internal static class Acknowledged
{
    /// <summary>Compares the cost of each run's usages with the increase in the teams' cost reports. Each item must be a usage.</summary>
    /// <exception cref="InvalidDataException">The costs differ.</exception>
    public static Side Check(Side side, IReadOnlyList<Scene> scenes, ServerProcess server)
    {
        return side with { RunAsync = RunAsync };

        async Task<Run> RunAsync(TimeSpan duration)
        {
            var before = await ReadCostAsync();
            var run = await side.RunAsync(duration);
            var (expected, actual) = (run.Items * Requests.Cost, await ReadCostAsync() - before);
            return actual == expected
                ? run
                : throw new InvalidDataException($"{run.Items} usages were acknowledged ({expected} USD), but the teams' costs rose by {actual} USD.");
        }

        async Task<decimal> ReadCostAsync()
        {
            var costs = await Task.WhenAll(scenes.Select(scene => scene.ReadCostAsync(server.Address)));
            return costs.Sum();
        }
    }
}
