namespace Entourage.Domain.Tasks;

/// <summary>Task <paramref name="TaskId"/> cannot start before task <paramref name="DependsOnId"/> is done.</summary>
/// <param name="TaskId">The task that waits.</param>
/// <param name="DependsOnId">The task that it waits for.</param>
public sealed record TaskDependency(long TaskId, long DependsOnId);

/// <summary>The directed, acyclic dependencies between a team's tasks.</summary>
/// <param name="dependencies">All dependencies of the team.</param>
public sealed class TaskGraph(IEnumerable<TaskDependency> dependencies)
{
    private readonly ILookup<long, long> dependsOn = dependencies.ToLookup(edge => edge.TaskId, edge => edge.DependsOnId);

    /// <summary>Checks that new dependencies of a task create no cycle.</summary>
    /// <param name="taskId">The task. Its current dependencies will be replaced.</param>
    /// <param name="newDependencies">The tasks that it will depend on.</param>
    /// <exception cref="RuleViolationException"><c>dependency-cycle</c>: a dependency is the task or leads back to it.</exception>
    public void EnsureAcyclic(long taskId, IEnumerable<long> newDependencies)
    {
        var reached = new HashSet<long>();
        var pending = new Stack<long>(newDependencies);
        while (pending.TryPop(out var next))
        {
            if (next == taskId)
            {
                throw new RuleViolationException("dependency-cycle", $"Task {taskId} would depend on itself.", "DependsOn");
            }

            if (reached.Add(next))
            {
                foreach (var further in dependsOn[next])
                {
                    pending.Push(further);
                }
            }
        }
    }
}
