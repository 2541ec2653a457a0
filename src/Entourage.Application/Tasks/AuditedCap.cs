using Entourage.Application.Abstractions;
using Entourage.Application.Audit;
using Entourage.Domain;
using Entourage.Domain.Audit;
using Entourage.Domain.Tasks;

namespace Entourage.Application.Tasks;

/// <summary>The cap of a task, as the audit trail records it.</summary>
/// <param name="BudgetUsd">The task's own cap (USD); null if it takes the team's default.</param>
internal sealed record AuditedCap(Money? BudgetUsd)
{
    /// <summary>Adds an audit entry if the task's own cap has changed.</summary>
    /// <param name="audit">The audit trail.</param>
    /// <param name="db">The store.</param>
    /// <param name="task">The task, already saved.</param>
    /// <param name="before">Its own cap before the change (USD).</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
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
