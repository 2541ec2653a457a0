using System.Globalization;
using Entourage.Application.Paging;
using Entourage.Domain;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Sessions;

/// <summary>Sorts sessions, and finds the page after a key. Sessions with equal values are in the order of their numbers.</summary>
internal sealed record SessionOrder(SessionSort By, bool Ascending)
{
    /// <summary>Sorts sessions.</summary>
    public IQueryable<Session> Sort(IQueryable<Session> sessions) => (By, Ascending) switch
    {
        (SessionSort.Cost, false) => sessions.OrderByDescending(session => session.CostBillionUsd).ThenByDescending(session => session.CostNanoUsd).ThenByDescending(session => session.Id),
        (SessionSort.Cost, true) => sessions.OrderBy(session => session.CostBillionUsd).ThenBy(session => session.CostNanoUsd).ThenBy(session => session.Id),
        (SessionSort.Tokens, false) => sessions.OrderByDescending(session => session.InputTokens + session.OutputTokens).ThenByDescending(session => session.Id),
        (SessionSort.Tokens, true) => sessions.OrderBy(session => session.InputTokens + session.OutputTokens).ThenBy(session => session.Id),
        (_, false) => sessions.OrderByDescending(session => session.Id),
        _ => sessions.OrderBy(session => session.Id),
    };

    /// <summary>Returns the sessions after the previous page.</summary>
    /// <exception cref="Errors.InvalidInputException">The cursor was never issued for this order.</exception>
    public IQueryable<Session> After(IQueryable<Session> sessions, PageRequest page)
    {
        if (page.Cursor is null)
        {
            return sessions;
        }

        var key = page.AfterNumbers(By switch { SessionSort.Cost => 3, SessionSort.Tokens => 2, _ => 1 });
        var (first, second, id) = (key[0], key[key.Count / 2], key[^1]);
        return (By, Ascending) switch
        {
            (SessionSort.Cost, false) => sessions.Where(session => session.CostBillionUsd < first || (session.CostBillionUsd == first
                && (session.CostNanoUsd < second || (session.CostNanoUsd == second && session.Id < id)))),
            (SessionSort.Cost, true) => sessions.Where(session => session.CostBillionUsd > first || (session.CostBillionUsd == first
                && (session.CostNanoUsd > second || (session.CostNanoUsd == second && session.Id > id)))),
            (SessionSort.Tokens, false) => sessions.Where(session => session.InputTokens + session.OutputTokens < first
                || (session.InputTokens + session.OutputTokens == first && session.Id < id)),
            (SessionSort.Tokens, true) => sessions.Where(session => session.InputTokens + session.OutputTokens > first
                || (session.InputTokens + session.OutputTokens == first && session.Id > id)),
            (_, false) => sessions.Where(session => session.Id < id),
            _ => sessions.Where(session => session.Id > id),
        };
    }

    /// <summary>Returns the key of a session, for a cursor.</summary>
    public object KeyOf(SessionResponse session)
    {
        ArgumentNullException.ThrowIfNull(session);
        MoneyTotal cost = session.CostUsd;
        return By switch
        {
            SessionSort.Cost => string.Create(CultureInfo.InvariantCulture, $"{cost.BillionUsd}:{cost.RestNanoUsd}:{session.Id}"),
            SessionSort.Tokens => string.Create(CultureInfo.InvariantCulture, $"{session.Tokens}:{session.Id}"),
            _ => session.Id,
        };
    }
}
