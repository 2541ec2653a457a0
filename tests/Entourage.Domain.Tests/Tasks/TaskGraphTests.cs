using CsCheck;
using Entourage.Domain.Tasks;

namespace Entourage.Domain.Tests.Tasks;

internal sealed class TaskGraphTests
{
    private static readonly Gen<List<TaskDependency>> ForwardEdges =
        Gen.Select(Gen.Long[2, 30], Gen.Long[0, 1_000])
            .Select((task, seed) => new TaskDependency(task, 1 + (seed % (task - 1))))
            .List[0, 80];

    private static TaskGraph Graph(params (long Task, long DependsOn)[] edges) =>
        new(edges.Select(edge => new TaskDependency(edge.Task, edge.DependsOn)));

    private static bool IsRefused(TaskGraph graph, long task, params long[] dependencies)
    {
        try
        {
            graph.EnsureAcyclic(task, dependencies);
            return false;
        }
        catch (RuleViolationException violation) when (violation.Code == "dependency-cycle")
        {
            return true;
        }
    }

    [Test]
    public void A_task_may_depend_on_nothing() => Assert.That(() => Graph((1, 2)).EnsureAcyclic(1, []), Throws.Nothing);

    [Test]
    public void A_task_may_not_depend_on_itself() =>
        Assert.That(() => Graph().EnsureAcyclic(1, [1]), Refused.With("dependency-cycle", "DependsOn"));

    [Test]
    public void Two_tasks_may_not_depend_on_each_other() =>
        Assert.That(() => Graph((2, 1)).EnsureAcyclic(1, [2]), Refused.With("dependency-cycle", "DependsOn"));

    [Test]
    public void One_cycle_among_valid_dependencies_is_refused() =>
        Assert.That(() => Graph((2, 3), (4, 1)).EnsureAcyclic(1, [2, 4, 3]), Refused.With("dependency-cycle", "DependsOn"));

    [Test]
    public void A_cycle_of_ten_thousand_tasks_is_found()
    {
        var chain = new TaskGraph(Enumerable.Range(2, 9_999).Select(task => new TaskDependency(task, task - 1)));
        Assert.That(() => chain.EnsureAcyclic(1, [10_000]), Refused.With("dependency-cycle", "DependsOn"));
        Assert.That(() => chain.EnsureAcyclic(10_001, [10_000]), Throws.Nothing);
    }

    [Test]
    public void A_diamond_is_no_cycle() => Assert.That(() => Graph((2, 1), (3, 1)).EnsureAcyclic(4, [2, 3]), Throws.Nothing);

    [Test]
    public void A_ladder_of_diamonds_is_searched_once()
    {
        var ladder = Enumerable.Range(1, 60).SelectMany(rung => new[] { (3L * rung, (3L * rung) + 1), (3L * rung, (3L * rung) + 2) })
            .Concat(Enumerable.Range(1, 60).SelectMany(rung => new[] { ((3L * rung) + 1, 3L * (rung + 1)), ((3L * rung) + 2, 3L * (rung + 1)) }));
        Assert.That(() => Graph([.. ladder]).EnsureAcyclic(1, [3]), Throws.Nothing);
    }

    [Test]
    public void The_same_dependency_may_be_named_twice() => Assert.That(() => Graph().EnsureAcyclic(2, [1, 1]), Throws.Nothing);

    [Test]
    public void Current_dependencies_of_the_task_are_ignored() =>
        Assert.That(() => Graph((1, 2)).EnsureAcyclic(1, [3]), Throws.Nothing);

    [Test]
    public void A_cycle_elsewhere_does_not_prevent_the_search_from_ending() =>
        Assert.That(() => Graph((2, 3), (3, 2)).EnsureAcyclic(1, [2]), Throws.Nothing);

    [Test]
    public void Dependencies_on_earlier_tasks_are_never_refused() =>
        ForwardEdges.Sample(
            edges =>
            {
                var graph = new TaskGraph(edges);
                return edges
                    .GroupBy(edge => edge.TaskId, edge => edge.DependsOnId)
                    .All(task => !IsRefused(graph, task.Key, [.. task]));
            },
            iter: 200);

    [Test]
    public void A_dependency_that_closes_a_path_is_refused() =>
        Gen.Select(Gen.Shuffle(Enumerable.Range(1, 40).ToArray(), 2, 40), ForwardEdges).Sample(
            (path, noise) =>
            {
                var edges = path.Zip(path.Skip(1), (task, dependsOn) => new TaskDependency(task, dependsOn)).Concat(noise);
                return IsRefused(new TaskGraph(edges), path[^1], path[0]);
            },
            iter: 200);

    [Test]
    public void A_dependency_is_refused_exactly_when_it_leads_back() =>
        Gen.Select(ForwardEdges, Gen.Long[1, 30], Gen.Long[1, 30]).Sample(
            (edges, from, to) => IsRefused(new TaskGraph(edges), from, to) == Closure(edges)[to, from],
            iter: 200);

    // Warshall's algorithm, which is independent of the one under test.
    private static bool[,] Closure(List<TaskDependency> edges)
    {
        var reaches = new bool[31, 31];
        for (var task = 0; task < 31; task++)
        {
            reaches[task, task] = true;
        }

        foreach (var edge in edges)
        {
            reaches[edge.TaskId, edge.DependsOnId] = true;
        }

        for (var via = 0; via < 31; via++)
        {
            for (var from = 0; from < 31; from++)
            {
                for (var to = 0; to < 31; to++)
                {
                    reaches[from, to] |= reaches[from, via] && reaches[via, to];
                }
            }
        }

        return reaches;
    }
}
