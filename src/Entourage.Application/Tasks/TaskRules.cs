using Entourage.Application.Abstractions;
using Entourage.Application.Errors;
using Entourage.Domain.Tasks;
using FluentValidation;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Tasks;

/// <summary>What making and changing a task have in common.</summary>
internal static class TaskRules
{
    /// <summary>Tags: not too many, each a line.</summary>
    public static void Tags<T>(this AbstractValidator<T> validator, System.Linq.Expressions.Expression<Func<T, IReadOnlyList<string>?>> tags)
    {
        validator.RuleFor(tags).Must(list => list is null || list.Count <= WorkTask.TagCount)
            .WithMessage($"'{{PropertyName}}' has at most {WorkTask.TagCount} items.").OverridePropertyName("Tags");
        validator.RuleFor(tags).Must(list => list is null || list.All(tag =>
                !string.IsNullOrWhiteSpace(tag) && tag.Length <= WorkTask.TagLength && !tag.Any(char.IsControl)))
            .WithMessage($"Each of '{{PropertyName}}' has 1 to {WorkTask.TagLength} characters, none of them a control character.")
            .OverridePropertyName("Tags");
    }

    /// <summary>Dependencies: not too many.</summary>
    public static void DependsOn<T>(this AbstractValidator<T> validator, System.Linq.Expressions.Expression<Func<T, IReadOnlyList<long>?>> dependsOn) =>
        validator.RuleFor(dependsOn).Must(list => list is null || list.Count <= WorkTask.DependencyCount)
            .WithMessage($"'{{PropertyName}}' has at most {WorkTask.DependencyCount} items.").OverridePropertyName("DependsOn");

    /// <summary>Checks that the agent a task is given to works in its team.</summary>
    /// <exception cref="InvalidInputException">It does not.</exception>
    public static async Task EnsureAssigneeAsync(this IEntourageDb db, Guid teamId, Guid? assigneeId, CancellationToken cancellationToken)
    {
        if (assigneeId is { } id && !await db.Agents.AnyAsync(agent => agent.Id == id && agent.TeamId == teamId, cancellationToken))
        {
            throw new InvalidInputException("assignee_id", "The team has no such agent.");
        }
    }

    /// <summary>Replaces what a task depends on.</summary>
    /// <exception cref="InvalidInputException">One of them is not a task of the team.</exception>
    /// <exception cref="Domain.RuleViolationException"><c>dependency-cycle</c>.</exception>
    public static async Task ReplaceDependenciesAsync(
        this IEntourageDb db, WorkTask task, IReadOnlyList<long> dependsOn, CancellationToken cancellationToken)
    {
        // Two edges that are harmless each on its own may close a cycle together.
        await db.LockTeamAsync(task.TeamId, cancellationToken);
        var wanted = dependsOn.Distinct().ToArray();
        var known = await db.Tasks.CountAsync(other => other.TeamId == task.TeamId && wanted.Contains(other.Id), cancellationToken);
        if (known != wanted.Length)
        {
            throw new InvalidInputException("depends_on", "A task depends only on tasks of its own team.");
        }

        var ofTeam = await db.TaskDependencies
            .Where(edge => db.Tasks.Any(other => other.Id == edge.TaskId && other.TeamId == task.TeamId))
            .ToListAsync(cancellationToken);
        new TaskGraph(ofTeam).EnsureAcyclic(task.Id, wanted);

        db.TaskDependencies.RemoveRange(ofTeam.Where(edge => edge.TaskId == task.Id && !wanted.Contains(edge.DependsOnId)));
        var present = ofTeam.Where(edge => edge.TaskId == task.Id).Select(edge => edge.DependsOnId);
        db.TaskDependencies.AddRange(wanted.Except(present).Select(id => new TaskDependency(task.Id, id)));
    }
}
