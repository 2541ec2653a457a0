using Entourage.Application.Abstractions;
using Entourage.Application.Audit;
using Entourage.Domain;
using Entourage.Domain.Audit;
using Entourage.Domain.Tasks;

namespace Entourage.Application.Tasks;

/// <summary>What the trail tells of a task's cap.</summary>
/// <param name="BudgetUsd">Its own (USD); null where it takes its team's default.</param>
internal sealed record AuditedCap(Money? BudgetUsd)
{
    /// <summary>Adds an entry where a task's own cap is no longer what it was.</summary>
    /// <param name="audit">Where to.</param>
    /// <param name="db">The store.</param>
    /// <param name="task">The task, which has its number.</param>
    /// <param name="before">Its own cap before (USD).</param>
    /// <param name="cancellationToken">The caller has left.</param>
    public static async Task AddAsync(AuditTrail audit, IEntourageDb db, WorkTask task, Money? before, CancellationToken cancellationToken)
    {
        if (task.OwnLimit != before)
        {
            var organisationId = await db.FindOrganisationOfTeamAsync(task.TeamId, cancellationToken);
            var subject = AuditSubject.Of(AuditSubjectKind.Task, task.Id, organisationId, task.TeamId);
            audit.Add(AuditAction.TaskCapChanged, subject, new AuditedCap(before), new AuditedCap(task.OwnLimit));
        }
    }
}
