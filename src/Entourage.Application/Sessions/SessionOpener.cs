using Entourage.Application.Abstractions;
using Entourage.Application.Alerts;
using Entourage.Application.Events;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Labels;
using Entourage.Domain.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Sessions;

/// <summary>Starts sessions outside the ledger, for telemetry that has no session yet. No budget or pause refuses such a start.</summary>
internal static class SessionOpener
{
    /// <summary>
    /// Adds a session with its event, and raises the alerts that a start may cause. The transaction has locked the organisation.
    /// </summary>
    public static async Task<SessionResponse> OpenAsync(this IEntourageDb db, Session session, DateTimeOffset now, CancellationToken cancellationToken)
    {
        db.Sessions.Add(session);
        await db.SaveChangesAsync(cancellationToken);
        var response = await SessionResponse.ReadAsync(db, session.Id, now, cancellationToken);
        db.UsageRollups.Add(UsageRollup.OfStart(session));
        await AddLabelsAsync(db, session, cancellationToken);
        db.Events.Add(TeamEventFactory.Of(response, session.TeamId, now));
        if (session.Status == SessionStatus.Active)
        {
            await RaiseTeamworkAlertsAsync(db, session, now, cancellationToken);
        }

        await db.SaveChangesAsync(cancellationToken);
        return response;
    }

    /// <summary>Adds the rows of the session's labels, unless an earlier session had the same.</summary>
    private static async Task AddLabelsAsync(IEntourageDb db, Session session, CancellationToken cancellationToken)
    {
        if (!session.Labels.IsEmpty)
        {
            var id = session.Labels.Id;
            var organisationId = await db.Teams.Where(team => team.Id == session.TeamId).Select(team => team.OrganisationId).SingleAsync(cancellationToken);
            if (!await db.LabelSets.AnyAsync(member => member.OrganisationId == organisationId && member.LabelSetId == id, cancellationToken))
            {
                db.LabelSets.AddRange(LabelSetMember.Of(organisationId, session.Labels));
            }
        }
    }

    /// <summary>Raises an alert when another agent works on the same task, or when the tree has too many active sessions.</summary>
    private static async Task RaiseTeamworkAlertsAsync(IEntourageDb db, Session session, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var others = session.TaskId is null ? [] : await db.Sessions.AsNoTracking()
            .Where(other => other.TaskId == session.TaskId && other.Status == SessionStatus.Active && other.AgentId != session.AgentId)
            .OrderBy(other => other.Id)
            .ToListAsync(cancellationToken);
        var active = session.ParentSessionId is null ? 0 : await CountBelowAsync(db, TeamworkDetectors.TopOf(session), cancellationToken);
        if (others.Count == 0 && active <= TeamworkDetectors.MaxFanOut)
        {
            return;
        }

        var zone = await db.Teams.Where(team => team.Id == session.TeamId).Select(team => team.Timezone).SingleAsync(cancellationToken);
        var today = BudgetCalendar.Of(zone).DateOf(now);
        var started = ActiveSession.Of(session);
        if (TeamworkDetectors.DuplicateWork(started, others.Select(ActiveSession.Of), today) is { } duplicate)
        {
            await db.RaiseAsync(duplicate, new(session.TeamId, session.AgentId, session.Id, session.TaskId), now, cancellationToken);
        }

        if (TeamworkDetectors.FanOut(started, active, today) is { } fanOut)
        {
            await db.RaiseAsync(fanOut, new(session.TeamId, SessionId: started.TopId), now, cancellationToken);
        }
    }

    /// <summary>Counts the active sessions below one, through active ones. It stops once there are too many.</summary>
    private static async Task<int> CountBelowAsync(IEntourageDb db, long top, CancellationToken cancellationToken)
    {
        var count = 0;
        for (List<long> level = [top]; level.Count > 0 && count <= TeamworkDetectors.MaxFanOut; count += level.Count)
        {
            var above = level;
            level = await db.Sessions
                .Where(below => below.ParentSessionId != null && above.Contains(below.ParentSessionId.Value) && below.Status == SessionStatus.Active)
                .Select(below => below.Id)
                .ToListAsync(cancellationToken);
        }

        return count;
    }
}
