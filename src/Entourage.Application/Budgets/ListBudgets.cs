using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Paging;
using Entourage.Domain;
using Entourage.Domain.Teams;
using MediatR;

namespace Entourage.Application.Budgets;

/// <summary>How a list of budgets is sorted.</summary>
public enum BudgetSort
{
    /// <summary>By the spent and reserved share of the limit.</summary>
    Used,

    /// <summary>By the amount spent.</summary>
    Spent,

    /// <summary>By the limit.</summary>
    Limit,

    /// <summary>By the forecast of when the limit is reached. Those without one are last.</summary>
    Forecast,

    /// <summary>By the end of the window. Those that never end are last.</summary>
    Ends,

    /// <summary>By name.</summary>
    Name,

    /// <summary>From the widest scope to the narrowest, and by share within each.</summary>
    Scope,
}

/// <summary>
/// Lists the budgets with a limit of a team or an organisation in their current windows: its own, and those of its teams, agents, open tasks and
/// active session trees. The list of a team includes the caps of its organisation.
/// </summary>
/// <param name="Subject">The team or the organisation.</param>
public sealed record ListBudgetsQuery(Audience Subject) : IQuery<BudgetListResponse>
{
    /// <summary>Only budgets whose name, team or scope contains this text, ignoring case; null for all. A longer one than that of a page is cut.</summary>
    public string? Search { get; init; }

    /// <summary>Only the budgets of this agent; null for all.</summary>
    public Guid? AgentId { get; init; }

    /// <summary>Only the budgets of this task; null for all.</summary>
    public long? TaskId { get; init; }

    /// <summary>Only the budget of the tree of this topmost session; null for all.</summary>
    public long? SessionId { get; init; }

    /// <summary>The order.</summary>
    public BudgetSort Sort { get; init; }

    /// <summary>Whether the order is reversed. By default names and times ascend, and amounts and shares descend.</summary>
    public bool Reverse { get; init; }

    /// <summary>The number of budgets to skip.</summary>
    public int Skip { get; init; }

    /// <summary>The most budgets to return.</summary>
    public int Take { get; init; } = 50;

    /// <inheritdoc/>
    public Permission RequiredPermission() => Subject.RequiredPermission();
}

/// <summary>A part of a list of budgets. The shares of the list are computed, so it is paged by position.</summary>
/// <param name="Items">The budgets, in order.</param>
/// <param name="Total">The number of budgets that match.</param>
/// <param name="At">The time of the figures (UTC).</param>
public sealed record BudgetListResponse(IReadOnlyList<BudgetItemResponse> Items, int Total, DateTimeOffset At);

/// <summary>A budget with a limit, in its current window.</summary>
/// <param name="Name">The name of the budget, or of what it limits.</param>
/// <param name="TeamId">The team; null for an organisation's own budget.</param>
/// <param name="TeamName">The name of the team; null for an organisation's own budget.</param>
/// <param name="Timezone">The IANA time zone of the window.</param>
/// <param name="Status">
/// The limit and the figures. For a task, the forecast is at its rate of today, and for a session at its rate since it started, because their
/// windows never end.
/// </param>
public sealed record BudgetItemResponse(string Name, Guid? TeamId, string? TeamName, string Timezone, BudgetStatusResponse Status)
{
    /// <summary>The name of what it limits: also a model, or a label as <c>key=value</c>.</summary>
    public string Subject { get; init; } = Name;

    /// <summary>The spent and reserved amount, in the unit of the budget.</summary>
    public MoneyTotal Used => Status.Spent + Status.Reserved;

    /// <summary>The spent and reserved share of the limit in hundredths of a percent. A limit of zero counts as used up.</summary>
    internal Int128 UsedShare => Status.Limit <= Money.Zero ? Int128.MaxValue : Used.NanoUsd * 10_000 / Status.Limit.NanoUsd;
}

internal sealed class ListBudgetsHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<ListBudgetsQuery, BudgetListResponse>
{
    public async Task<BudgetListResponse> Handle(ListBudgetsQuery request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var all = await new BudgetListReader(db, now).ReadAsync(request, cancellationToken);
        var search = request.Search?.Trim() is { Length: > 0 } text ? text[..Math.Min(text.Length, PageRequest.SearchLength)] : null;
        BudgetItemResponse[] found = [.. Sorted(all.Where(item => Matches(item, search)), request.Sort, request.Reverse)];
        return new([.. found.Skip(request.Skip).Take(request.Take)], found.Length, now);
    }

    private static bool Matches(BudgetItemResponse item, string? search) => search is null
        || Contains(item.Name, search) || Contains(item.Subject, search) || Contains(item.TeamName, search) || Contains(item.Status.Scope.ToString(), search) || item.Status.ScopeId == search.TrimStart('#');

    private static bool Contains(string? text, string search) => text?.Contains(search, StringComparison.CurrentCultureIgnoreCase) == true;

    private static IEnumerable<BudgetItemResponse> Sorted(IEnumerable<BudgetItemResponse> items, BudgetSort sort, bool reverse)
    {
        var byName = items.OrderBy(item => item.Name, StringComparer.CurrentCultureIgnoreCase).ThenBy(item => item.Status.Scope).ThenBy(item => item.Status.Period);
        return sort switch
        {
            BudgetSort.Spent => ByAmount(item => item.Status.Spent.NanoUsd),
            BudgetSort.Limit => ByAmount(item => item.Status.Limit.NanoUsd),
            BudgetSort.Forecast => ByTime(item => item.Status.CapReachedAt),
            BudgetSort.Ends => ByTime(item => item.Status.ResetsAt),
            BudgetSort.Scope => byName.OrderBy(item => item.Status.Scope).ThenByDescending(item => item.UsedShare),
            BudgetSort.Name => reverse ? byName.Reverse() : byName,
            _ => By(item => item.UsedShare, descending: !reverse),
        };

        IEnumerable<BudgetItemResponse> By(Func<BudgetItemResponse, Int128> key, bool descending) =>
            descending ? byName.OrderByDescending(key) : byName.OrderBy(key);

        // Dollars and tokens do not compare, so budgets in tokens are last in both directions.
        IEnumerable<BudgetItemResponse> ByAmount(Func<BudgetItemResponse, Int128> key)
        {
            var dollarsFirst = byName.OrderBy(item => item.Status.Unit);
            return reverse ? dollarsFirst.ThenBy(key) : dollarsFirst.ThenByDescending(key);
        }

        // Those without a time are last in both directions.
        IEnumerable<BudgetItemResponse> ByTime(Func<BudgetItemResponse, DateTimeOffset?> key)
        {
            var timed = byName.OrderBy(item => key(item) is null);
            return reverse ? timed.ThenByDescending(key) : timed.ThenBy(key);
        }
    }
}
