using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Prices;
using Entourage.Domain.Stops;

namespace Entourage.Application.Ledger;

/// <content>Loads the rows that a transaction depends on.</content>
internal sealed partial class LedgerWorkingSet
{
    /// <summary>Loads a session, unless it is loaded.</summary>
    public void Load(LedgerSession session)
    {
        if (!sessions.ContainsKey(session.Id))
        {
            session = rules.TryGetValue(session.Policy.OrganisationId, out var own) ? own.ApplyTo(session) : session;

            // The row still counts the reservations that this transaction has ended.
            var ended = EndedAmountOf(session.Id);
            sessions.Add(session.Id, ended == MoneyTotal.Zero ? session : session with { Reserved = session.Reserved - ended });
            pauses.TryAdd(session.Policy.OrganisationId, session.Pauses.Organisation);
            pauses.TryAdd(session.Policy.TeamId, session.Pauses.Team);
            Load(new SessionAgent(session.Id, session.Policy.AgentId, session.Pauses.Agent));
        }
    }

    /// <summary>Loads the agent of a session.</summary>
    public void Load(SessionAgent agent)
    {
        agents.TryAdd(agent.SessionId, agent.AgentId);
        Load(agent.AgentId, agent.Pause);
    }

    /// <summary>Loads the price list of an organisation.</summary>
    public void Load(Guid organisationId, PriceList list) => prices[organisationId] = list;

    /// <summary>Loads a record that waits for a price.</summary>
    public void Load(UnpricedRecord record) => unpriced[record.Sequence] = record;

    /// <summary>Loads the pause of an agent, a team or an organisation, unless it is loaded.</summary>
    public void Load(Guid id, Pause? pause) => pauses.TryAdd(id, pause);

    /// <summary>Loads a reservation, unless it is loaded.</summary>
    public void Load(LedgerReservation reservation)
    {
        if (!reservations.ContainsKey(reservation.Reservation.Id))
        {
            reservations.Add(
                reservation.Reservation.Id, rules.TryGetValue(reservation.Reservation.OrganisationId, out var own) ? own.ApplyTo(reservation) : reservation);
            reservationsBefore.Add(reservation.Reservation.Id, reservation.Reservation);
        }
    }

    /// <summary>Loads counters.</summary>
    public void Load(IReadOnlyDictionary<BudgetWindow, Spending> stored)
    {
        counters.EnsureCapacity(counters.Count + stored.Count);
        countersBefore.EnsureCapacity(countersBefore.Count + stored.Count);
        foreach (var (window, spending) in stored)
        {
            counters[window] = countersBefore[window] = spending;
        }
    }
}
