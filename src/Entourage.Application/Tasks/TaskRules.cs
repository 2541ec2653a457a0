using Entourage.Application.Abstractions;
using Entourage.Application.Errors;
using Entourage.Domain.Tasks;
using FluentValidation;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Tasks;

/// <summary>Rules shared by creating and changing a task.</summary>
internal static class TaskRules
{
    /// <summary>Validates tags: their number, and each as a line of text.</summary>
    public static void Tags<T>(this AbstractValidator<T> validator, System.Linq.Expressions.Expression<Func<T, IReadOnlyList<string>?>> tags)
    {
        validator.RuleFor(tags).Must(list => list is null || list.Count <= WorkTask.TagCount)
            .WithMessage($"'{{PropertyName}}' must have at most {WorkTask.TagCount} items.").OverridePropertyName("Tags");
        validator.RuleFor(tags).Must(list => list is null || list.All(tag =>
                !string.IsNullOrWhiteSpace(tag) && tag.Length <= WorkTask.TagLength && !tag.Any(char.IsControl)))
            .WithMessage($"Each of '{{PropertyName}}' must have 1 to {WorkTask.TagLength} characters, no control characters, and must not be blank.")
            .OverridePropertyName("Tags");
    }

    /// <summary>Validates the number of dependencies.</summary>
    public static void DependsOn<T>(this AbstractValidator<T> validator, System.Linq.Expressions.Expression<Func<T, IReadOnlyList<long>?>> dependsOn) =>
        validator.RuleFor(dependsOn).Must(list => list is null || list.Count <= WorkTask.DependencyCount)
            .WithMessage($"'{{PropertyName}}' must have at most {WorkTask.DependencyCount} items.").OverridePropertyName("DependsOn");

    /// <summary>Checks that an assignee belongs to the team.</summary>
    /// <exception cref="InvalidInputException">The team has no such agent.</exception>
    public static async Task EnsureAssigneeAsync(this IEntourageDb db, Guid teamId, Guid? assigneeId, CancellationToken cancellationToken)
    {
        if (assigneeId is { } id && !await db.Agents.AnyAsync(agent => agent.Id == id && agent.TeamId == teamId, cancellationToken))
        {
            throw new InvalidInputException("assignee_id", "The team has no agent with this id.");
        }
    }

    /// <summary>
    /// Replaces the dependencies of a task. The transaction must have locked the organisation, because two dependencies that are harmless separately
    /// can form a cycle together.
    /// </summary>
    /// <exception cref="InvalidInputException">A dependency is not a task of the team.</exception>
    /// <exception cref="Domain.RuleViolationException"><c>dependency-cycle</c>: the dependencies would form a cycle.</exception>
    public static async Task ReplaceDependenciesAsync(
        this IEntourageDb db, WorkTask task, IReadOnlyList<long> dependsOn, CancellationToken cancellationToken)
    {
        var wanted = dependsOn.Distinct().ToArray();
        var known = await db.Tasks.CountAsync(other => other.TeamId == task.TeamId && wanted.Contains(other.Id), cancellationToken);
        if (known != wanted.Length)
        {
            throw new InvalidInputException("depends_on", "A task may depend only on tasks of its own team.");
        }

        var ofTeam = await db.TaskDependencies
            .Where(edge => db.Tasks.Any(other => other.Id == edge.TaskId && other.TeamId == task.TeamId))
            .ToListAsync(cancellationToken);
        new TaskGraph(ofTeam).EnsureAcyclic(task.Id, wanted);

        db.TaskDependencies.RemoveRange(ofTeam.Where(edge => edge.TaskId == task.Id && !wanted.Contains(edge.DependsOnId)));
        var current = ofTeam.Where(edge => edge.TaskId == task.Id).Select(edge => edge.DependsOnId);
        db.TaskDependencies.AddRange(wanted.Except(current).Select(id => new TaskDependency(task.Id, id)));
    }
}
