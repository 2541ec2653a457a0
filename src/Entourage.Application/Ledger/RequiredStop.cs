using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Domain.Audit;
using Entourage.Domain.Stops;

namespace Entourage.Application.Ledger;

/// <summary>A stop that a usage causes. It is carried out before the usage is answered, so that the response says it.</summary>
/// <param name="Session">The session of the usage.</param>
/// <param name="KilledId">The session to kill, with all below it; null to pause the agent.</param>
/// <param name="Reason">Why, as a stop reason of the API: <c>runaway_tokens</c>.</param>
internal sealed record RequiredStop(LedgerSession Session, long? KilledId, string Reason)
{
    /// <summary>Entourage itself, as the audit trail names it.</summary>
    public static readonly AuditActor Entourage = Caller.Entourage.ToActor();

    /// <summary>Kills a session and all below it.</summary>
    /// <param name="session">The session.</param>
    /// <param name="reason">Why, as a stop reason of the API.</param>
    /// <param name="wholeTree">Whether to kill from the topmost session of its tree down.</param>
    public static RequiredStop Kill(LedgerSession session, string reason, bool wholeTree = false) =>
        new(session, wholeTree ? session.Policy.SessionPath[^1] : session.Id, reason);

    /// <summary>Pauses the agent of a session. A pause in force stays as it is.</summary>
    /// <param name="session">The session.</param>
    /// <param name="reason">Why, as a stop reason of the API.</param>
    public static RequiredStop PauseAgent(LedgerSession session, string reason) => new(session, KilledId: null, reason);

    /// <summary>Kills the sessions or pauses the agent.</summary>
    /// <param name="ledger">The transaction.</param>
    /// <param name="now">The present (UTC).</param>
    public async Task CarryOutAsync(LedgerTransaction ledger, DateTimeOffset now)
    {
        var policy = Session.Policy;
        if (KilledId is { } id)
        {
            await ledger.Kills.KillAsync(policy.TeamId, id, Reason, Entourage, now);
            return;
        }

        var subject = new PauseSubject(PauseScope.Agent, policy.AgentId, policy.TeamId, policy.OrganisationId);
        if ((await ledger.Loader.FindPauseAsync(subject))?.IsInForceAt(now) != true)
        {
            await new PauseEntry(subject, Reason, ExpiresAt: null, Entourage, now).DecideAsync(ledger);
        }
    }
}
