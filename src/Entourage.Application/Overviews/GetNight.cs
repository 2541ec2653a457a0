using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Alerts;
using Entourage.Application.Costs;
using Entourage.Application.HumanRequests;
using Entourage.Application.Sessions;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;
using Entourage.Domain.HumanRequests;
using Entourage.Domain.Sessions;
using Entourage.Domain.Teams;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Overviews;

/// <summary>
/// Reads what happened in a team or an organisation since yesterday at 18:00 in the team's time zone (UTC for an organisation), and what waits for a
/// decision now.
/// </summary>
/// <param name="Subject">The team or the organisation.</param>
public sealed record GetNightQuery(Audience Subject) : IQuery<NightResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Subject.RequiredPermission();
}

internal sealed class GetNightHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<GetNightQuery, NightResponse>
{
    private const int MaxItems = 5;
    private static readonly TimeSpan EveningBeforeMidnight = TimeSpan.FromHours(6);

    private static readonly AlertKind[] RunawayKinds =
        [AlertKind.RunawayTokens, AlertKind.RepeatedError, AlertKind.RisingCost, AlertKind.FanOut, AlertKind.VerboseOutput, AlertKind.ImplausibleUsage];

    public async Task<NightResponse> Handle(GetNightQuery request, CancellationToken cancellationToken)
    {
        var subject = await CostSubject.OfAsync(db, request.Subject, cancellationToken);
        return await db.InSnapshotAsync(inTransaction => ReadAsync(subject, time.GetUtcNow(), inTransaction), cancellationToken);
    }

    private async Task<NightResponse> ReadAsync(CostSubject subject, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (teams, calendar) = (subject.Teams, subject.Calendar);
        var since = calendar.StartOf(calendar.DateOf(now)) - EveningBeforeMidnight;
        var sessions = db.Sessions.AsNoTracking().Where(session => teams.Contains(session.TeamId));
        var ended = await sessions.Where(session => session.EndedAt >= since)
            .GroupBy(session => session.Status)
            .Select(status => new { Status = status.Key, Count = status.Count() })
            .ToDictionaryAsync(status => status.Status, status => status.Count, cancellationToken);
        var killed = await sessions.Where(session => session.EndedAt >= since && session.Status == SessionStatus.Killed)
            .OrderByDescending(session => session.Id).Take(MaxItems).Select(SessionRow.Projection(db)).ToListAsync(cancellationToken);
        var refused = sessions.Where(session => session.LastRefusedAt >= since);
        var alerts = db.Alerts.AsNoTracking().Where(alert => teams.Contains(alert.TeamId));
        var open = alerts.WithStatus(AlertStatus.Open, now);
        var waiting = db.HumanRequests.AsNoTracking().Where(asked => teams.Contains(asked.TeamId) && asked.Status == HumanRequestStatus.Pending);
        return new()
        {
            Since = since,
            At = now,
            Timezone = subject.Timezone,
            CostUsd = await CostAsync(teams, since, cancellationToken),
            SessionsStarted = await sessions.CountAsync(session => session.StartedAt >= since, cancellationToken),
            SessionsEnded = ended,
            Killed = [.. killed.Select(row => new KilledSession(row.Session.Id, row.AgentName, row.Session.Cost, row.Session.EndedAt!.Value, row.Session.Error))],
            RefusedSessions = await refused.CountAsync(cancellationToken),
            Refused =
            [
                .. (await refused.OrderByDescending(session => session.LastRefusedAt).Take(MaxItems).Select(SessionRow.Projection(db)).ToListAsync(cancellationToken))
                    .Select(row => new RefusedSession(row.Session.Id, row.AgentName, row.Session.RefusedCalls, row.Session.LastRefusedAt!.Value)),
            ],
            Stops = await StopsAsync(subject, since, cancellationToken),
            Alerts = await CountsAsync(alerts.Where(alert => alert.CreatedAt >= since), cancellationToken),
            OpenAlerts = await CountsAsync(open, cancellationToken),
            OpenByTeam = await open.GroupBy(alert => alert.TeamId)
                .Select(team => new { Id = team.Key, Count = team.Count() })
                .ToDictionaryAsync(team => team.Id, team => team.Count, cancellationToken),
            Runaways =
            [
                .. (await open.Where(alert => RunawayKinds.Contains(alert.Kind)).OrderByDescending(alert => alert.Sequence).Take(MaxItems).ToListAsync(cancellationToken))
                    .Select(alert => AlertResponse.From(alert, now)),
            ],
            WaitingRequests = await waiting.CountAsync(cancellationToken),
            Waiting =
            [
                .. (await waiting.OrderBy(asked => asked.Sequence).Take(MaxItems).Select(HumanRequestRow.Projection(db)).ToListAsync(cancellationToken))
                    .Select(row => row.ToResponse()),
            ],
        };
    }

    private async Task<MoneyTotal> CostAsync(IReadOnlyList<Guid> teams, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var cost = await db.UsageRollups.Where(rollup => teams.Contains(rollup.TeamId) && rollup.QuarterAt >= since)
            .GroupBy(rollup => 1)
            .Select(all => new
            {
                Billions = all.Sum(rollup => rollup.CostBillionUsd),
                Whole = all.Sum(rollup => rollup.CostNanoUsd / Money.NanosPerUsd),
                Nanos = all.Sum(rollup => rollup.CostNanoUsd % Money.NanosPerUsd),
            })
            .SingleOrDefaultAsync(cancellationToken);
        return cost is null ? MoneyTotal.Zero : MoneyTotal.OfSums(cost.Billions, cost.Whole, cost.Nanos);
    }

    private async Task<IReadOnlyList<NightStop>> StopsAsync(
        CostSubject subject, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var (teams, id, isOrganisation) = (subject.Teams, subject.Id, subject.Scope == BudgetScope.Organisation);
        var entries = await db.AuditEntries.AsNoTracking()
            .Where(entry => (entry.TeamId != null && teams.Contains(entry.TeamId.Value)) || (isOrganisation && entry.TeamId == null && entry.OrganisationId == id))
            .Where(entry => entry.Action == AuditAction.Paused || entry.Action == AuditAction.Resumed)
            .Where(entry => entry.OccurredAt >= since)
            .OrderByDescending(entry => entry.Sequence)
            .Take(MaxItems)
            .ToListAsync(cancellationToken);
        var agentIds = entries.Where(entry => entry.SubjectKind == AuditSubjectKind.Agent).Select(entry => Guid.Parse(entry.SubjectId)).ToArray();
        var agents = await db.Agents.Where(agent => agentIds.Contains(agent.Id))
            .ToDictionaryAsync(agent => BudgetWindow.IdOf(agent.Id), agent => agent.Name, cancellationToken);
        return [.. entries.Select(entry => new NightStop(
            entry.OccurredAt, entry.Action == AuditAction.Paused, entry.SubjectKind, entry.SubjectId, agents.GetValueOrDefault(entry.SubjectId), entry.Actor))];
    }

    private static Task<Dictionary<AlertKind, int>> CountsAsync(IQueryable<Alert> alerts, CancellationToken cancellationToken) =>
        alerts.GroupBy(alert => alert.Kind)
            .Select(kind => new { Kind = kind.Key, Count = kind.Count() })
            .ToDictionaryAsync(kind => kind.Kind, kind => kind.Count, cancellationToken);
}
