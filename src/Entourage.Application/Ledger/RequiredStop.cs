using System.Globalization;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Budgets;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;
using Entourage.Domain.Stops;

namespace Entourage.Application.Ledger;

/// <summary>A stop that a usage causes. It is carried out before the response to the usage, which includes it.</summary>
/// <param name="Session">The session of the usage.</param>
/// <param name="KilledId">The session to kill with its descendants; null to pause the agent.</param>
/// <param name="Reason">A stop reason of the API, such as <c>runaway_tokens</c>.</param>
internal sealed record RequiredStop(LedgerSession Session, long? KilledId, string Reason)
{
    /// <summary>The actor of automatic stops in the audit trail.</summary>
    public static readonly AuditActor AutomaticActor = Caller.Entourage.ToActor();

    /// <summary>Kills a session and its descendants.</summary>
    /// <param name="session">The session.</param>
    /// <param name="reason">A stop reason of the API.</param>
    public static RequiredStop Kill(LedgerSession session, string reason) => new(session, session.Id, reason);

    /// <summary>The kill of a session that counts against exhausted budgets; null if there are none.</summary>
    /// <param name="session">The session.</param>
    /// <param name="exhausted">The exhausted budgets, the widest first.</param>
    public static RequiredStop? KillUnder(LedgerSession session, IReadOnlyList<Budget> exhausted)
    {
        if (exhausted is not [var widest, ..])
        {
            return null;
        }

        // The cap of a session covers its whole tree, so the kill begins at the topmost session. A budget of one session covers those below it.
        var path = session.Policy.SessionPath.ToArray();
        var top = exhausted.Where(budget => budget.Scope == BudgetScope.Session)
            .Select(budget => budget.Rule is null ? session.Policy.SessionPath[^1] : long.Parse(budget.ScopeId, CultureInfo.InvariantCulture))
            .Append(session.Id)
            .MaxBy(id => Array.IndexOf(path, id));
        return new(session, top, StopReason.Of(widest));
    }

    /// <summary>Pauses the agent of a session, unless it is paused.</summary>
    /// <param name="session">The session.</param>
    /// <param name="reason">A stop reason of the API.</param>
    public static RequiredStop PauseAgent(LedgerSession session, string reason) => new(session, KilledId: null, reason);

    /// <summary>Kills the sessions or pauses the agent.</summary>
    /// <param name="ledger">The transaction.</param>
    /// <param name="now">The current time (UTC).</param>
    public async Task CarryOutAsync(LedgerTransaction ledger, DateTimeOffset now)
    {
        var policy = Session.Policy;
        if (KilledId is { } id)
        {
            await ledger.Kills.KillAsync(policy.TeamId, id, Reason, AutomaticActor, now);
            return;
        }

        var subject = new PauseSubject(PauseScope.Agent, policy.AgentId, policy.TeamId, policy.OrganisationId);
        if ((await ledger.Loader.FindPauseAsync(subject))?.IsInForceAt(now) != true)
        {
            await new PauseEntry(subject, Reason, ExpiresAt: null, AutomaticActor, now).DecideAsync(ledger);
        }
    }
}
