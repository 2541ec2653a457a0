using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Application.Prices;
using Entourage.Application.Reservations;
using Entourage.Application.Stops;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;

namespace Entourage.Infrastructure.Ledger;

/// <summary>Money that is set aside, held for longer, and given back.</summary>
internal sealed partial class LedgerBatch
{
    /// <summary>The live reservation that a usage names; null when it names none, or one that has ended (rule 7).</summary>
    private LedgerReservation? FindOwnReservation(UsageEntry usage)
    {
        if (usage.ReservationId is not { } id)
        {
            return null;
        }

        return books.FindReservation(id) is { } held && held.Reservation.SessionId == usage.SessionId
            ? held.Reservation.IsLiveAt(usage.Now) ? held : null
            : throw new RuleViolationException("unknown-reservation", $"Session {usage.SessionId} has no reservation {id}.", nameof(UsageEntry.ReservationId));
    }

    private object Reserve(ReserveEntry reserve)
    {
        var session = GetSession(reserve.SessionId);
        if (!session.State.IsActive)
        {
            throw new RuleViolationException("session-ended", $"Session {session.Id} has ended.");
        }

        if (books.FindPauseOf(session, reserve.Now) is { } paused)
        {
            return PausedRefusal.Of(paused);
        }

        var (amount, isAssumed) = AmountOf(reserve, session);
        var reservation = new Reservation
        {
            Id = reserve.ReservationId,
            SessionId = session.Id,
            OrganisationId = session.Policy.OrganisationId,
            Amount = amount,
            IsAssumed = isAssumed,
            CreatedAt = reserve.Now,
            ExpiresAt = reserve.Now + reserve.Ttl,
        };
        if (BudgetExceededException.OfReservation(books.PositionOf(reservation.BudgetsOf(session.Policy)), amount) is { } refusal)
        {
            return refusal;
        }

        books.Add(reservation, session);
        return ReservationResponse.From(reservation, books.PositionOf(books.BudgetsAt(session, reserve.Now)), reserve.Now);
    }

    /// <summary>What a reservation is to hold, and whether that is what tokens come to at the assumed rates.</summary>
    private (Money Amount, bool IsAssumed) AmountOf(ReserveEntry reserve, LedgerSession session)
    {
        var (amount, named, tokens) = reserve.Estimate;
        EnsureAllowed(amount, "EstimatedCostUsd");
        var model = named ?? session.Model ?? "";
        var rule = session.Policy.TeamLimits.UnpricedModels;

        // A price may change while the reservation holds its money, and the usage may happen at either, by a clock that is ahead too.
        var prices = model.Length > 0
            ? opening.Prices[session.Policy.OrganisationId].During(model, reserve.Now, reserve.Now + reserve.Ttl + UsageRecord.LatestAhead).ToArray()
            : [];
        if (prices.Length == 0 && model.Length > 0 && rule == UnpricedModelRule.Refuse)
        {
            throw StoredPrices.Refused(model);
        }

        return amount is { } stated ? (stated, false)
            : prices.Length > 0 ? (prices.Max(price => price.BoundOf(tokens)), false)
            : rule == UnpricedModelRule.Assume ? (assumedRates.BoundOf(tokens), true)
            : throw new RuleViolationException("unpriced-model", $"There is no price for the model '{model}': estimate the cost instead.", "Model");
    }

    private object Extend(ExtendEntry extend)
    {
        var held = GetReservation(extend.ReservationId);
        var session = GetSession(held.Reservation.SessionId);
        if (books.FindPauseOf(session, extend.Now) is { } paused)
        {
            return PausedRefusal.Of(paused);
        }

        var extended = held.Reservation.Extend(extend.Ttl, extend.Now);
        var further = extended.BudgetsOf(held.Policy).Where(budget => !held.Windows.Contains(budget.Window));
        if (BudgetExceededException.OfReservation(books.PositionOf(further), extended.Amount) is { } refusal)
        {
            return refusal;
        }

        books.Change(held, extended);
        return ReservationResponse.From(extended, books.PositionOf(books.BudgetsAt(session, extend.Now)), extend.Now);
    }

    private bool Release(ReleaseEntry release)
    {
        var held = GetReservation(release.ReservationId);
        var isLive = held.Reservation.IsLiveAt(release.Now);
        if (isLive)
        {
            books.End(held, ReservationStatus.Released, release.Now);
        }

        return isLive;
    }
}
