using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Errors;
using Entourage.Application.Keys;
using Entourage.Application.Ledger;
using Entourage.Domain.Audit;
using Entourage.Domain.Keys;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Stops;

/// <summary>
/// Archives an agent, a team or an organisation with all below it. It leaves the lists, its active sessions are killed, and its keys are revoked. Its
/// history and all totals stay. Archiving it again changes nothing.
/// </summary>
/// <param name="Scope">The kind of subject to archive.</param>
/// <param name="Id">Its id.</param>
public sealed record ArchiveCommand(PauseScope Scope, Guid Id) : ICommand<ArchiveResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Scope.NeedsToArchive(Id);
}

/// <summary>
/// Restores an agent, a team or an organisation from the archive. Keys that were revoked stay revoked, and what was archived by itself below it stays
/// archived. Without an archive mark, nothing changes.
/// </summary>
/// <param name="Scope">The kind of subject to restore.</param>
/// <param name="Id">Its id.</param>
public sealed record RestoreCommand(PauseScope Scope, Guid Id) : ICommand<ArchiveResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Scope.NeedsToArchive(Id);
}

internal sealed class ArchiveValidator : AbstractValidator<ArchiveCommand>
{
    public ArchiveValidator() => RuleFor(command => command.Scope).IsInEnum();
}

internal sealed class RestoreValidator : AbstractValidator<RestoreCommand>
{
    public RestoreValidator() => RuleFor(command => command.Scope).IsInEnum();
}

internal sealed class ChangeArchiveHandler(IEntourageDb db, IArchiveLedger ledger, AuditTrail audit, CallerContext caller, TimeProvider time)
    : IRequestHandler<ArchiveCommand, ArchiveResponse>, IRequestHandler<RestoreCommand, ArchiveResponse>
{
    public async Task<ArchiveResponse> Handle(ArchiveCommand request, CancellationToken cancellationToken)
    {
        var subject = await LockAsync(request.Scope, request.Id, cancellationToken);
        var now = time.GetUtcNow();
        var moved = await FindMovedAsync(subject, cancellationToken);
        var killed = await ledger.ArchiveAsync(subject, moved, caller.Current.ToActor(), now, cancellationToken);
        var revoked = killed is null ? 0 : await RevokeKeysAsync(subject, now, cancellationToken);
        return await ArchiveResponse.ReadAsync(db, subject, killed ?? 0, revoked, cancellationToken);
    }

    public async Task<ArchiveResponse> Handle(RestoreCommand request, CancellationToken cancellationToken)
    {
        var subject = await LockAsync(request.Scope, request.Id, cancellationToken);
        await EnsureNameIsFreeAsync(subject, cancellationToken);
        await ForgetKilledProgramsAsync(subject, cancellationToken);
        await ledger.RestoreAsync(subject, caller.Current.ToActor(), time.GetUtcNow(), cancellationToken);
        return await ArchiveResponse.ReadAsync(db, subject, sessionsKilled: 0, keysRevoked: 0, cancellationToken);
    }

    /// <summary>Finds the agents of a team that came from other teams, where they may still have sessions.</summary>
    private async Task<IReadOnlyList<Guid>> FindMovedAsync(PauseSubject subject, CancellationToken cancellationToken) => subject.Scope != PauseScope.Team
        ? []
        : [.. (await db.Agents.AsNoTracking().Where(agent => agent.TeamId == subject.Id).ToListAsync(cancellationToken))
            .Where(agent => agent.FormerTeams.Count > 0).Select(agent => agent.Id)];

    /// <summary>Lets the programs whose sessions the archive has killed open new ones. Otherwise a kill is final for them.</summary>
    private async Task ForgetKilledProgramsAsync(PauseSubject subject, CancellationToken cancellationToken)
    {
        var (id, scope) = (subject.Id, subject.Scope);
        if (await db.FindArchivedAtAsync(scope, id, cancellationToken) is not { } at)
        {
            return;
        }

        var teams = db.Teams.Where(team => scope == PauseScope.Team ? team.Id == id : team.OrganisationId == id).Select(team => team.Id);
        var agents = db.Agents.Where(agent => scope == PauseScope.Agent ? agent.Id == id : teams.Contains(agent.TeamId)).Select(agent => agent.Id);
        var killed = db.Sessions
            .Where(session => agents.Contains(session.AgentId) && session.Status == SessionStatus.Killed && session.EndedAt >= at)
            .Select(session => session.Id);
        await db.SourceSessions.Where(source => killed.Contains(source.SessionId)).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Checks that nothing else has taken the unique name of an archived subject meanwhile.</summary>
    private async Task EnsureNameIsFreeAsync(PauseSubject subject, CancellationToken cancellationToken)
    {
        var id = subject.Id;
        var (isTaken, message) = subject.Scope switch
        {
            PauseScope.Agent => (
                await db.Agents.AnyAsync(
                    agent => agent.Id == id && db.Agents.Any(other => other.Id != id && other.TeamId == agent.TeamId && other.Name == agent.Name && other.ArchivedAt == null),
                    cancellationToken),
                "The team has another agent with this name by now. Rename that agent, then restore this one."),
            PauseScope.Team => (
                await db.Teams.AnyAsync(
                    team => team.Id == id && db.Teams.Any(other => other.Id != id && other.OrganisationId == team.OrganisationId && other.Slug == team.Slug && other.ArchivedAt == null),
                    cancellationToken),
                "The organisation has another team with this slug by now. Archive that team, then restore this one."),
            _ => (
                await db.Organisations.AnyAsync(
                    one => one.Id == id && db.Organisations.Any(other => other.Id != id && other.Slug == one.Slug && other.ArchivedAt == null), cancellationToken),
                "Another organisation has this slug by now. Archive that organisation, then restore this one."),
        };
        if (isTaken)
        {
            throw new ConflictException(ConflictException.Duplicate, message);
        }
    }

    /// <summary>Locks the organisation, and then the keys, so that no key is issued meanwhile.</summary>
    private async Task<PauseSubject> LockAsync(PauseScope scope, Guid id, CancellationToken cancellationToken)
    {
        var found = await db.FindPauseSubjectAsync(scope, id, cancellationToken);
        await db.LockOrganisationAsync(found.OrganisationId, cancellationToken);
        await db.LockKeysAsync(cancellationToken);
        if (scope != PauseScope.Agent)
        {
            return found;
        }

        // The agent may have been moved before the lock.
        var teamId = await db.Agents.Where(agent => agent.Id == id).Select(agent => agent.TeamId).SingleAsync(cancellationToken);
        return found with { TeamId = teamId };
    }

    private async Task<int> RevokeKeysAsync(PauseSubject subject, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var keys = await db.ApiKeys.Where(key => key.RevokedAt == null)
            .Where(key => subject.Scope == PauseScope.Agent ? key.AgentId == subject.Id
                : subject.Scope == PauseScope.Team ? key.TeamId == subject.Id
                : key.OrganisationId == subject.Id)
            .ToListAsync(cancellationToken);
        foreach (var key in keys)
        {
            Revoke(key, now);
        }

        if (keys.Count > 0)
        {
            await db.RaiseKeyRevisionAsync(cancellationToken);
            await db.SaveChangesAsync(cancellationToken);
        }

        return keys.Count;
    }

    private void Revoke(ApiKey key, DateTimeOffset now)
    {
        var before = KeyResponse.From(key);
        key.Revoke(now);
        audit.Add(AuditAction.KeyRevoked, AuditSubject.Of(AuditSubjectKind.Key, key.Id, key.OrganisationId, key.TeamId), before, KeyResponse.From(key));
    }
}
