using Entourage.Application.Json;
using Entourage.Domain;
using Entourage.Domain.Budgets;

namespace Entourage.Application.Errors;

/// <summary>A hard budget refuses to start a session or to reserve an amount.</summary>
public sealed class BudgetExceededException : Exception
{
    // An exhausted budget also refuses to reserve nothing. Such a request can succeed once anything is left.
    private static readonly Money Least = new(1);

    private BudgetExceededException(IReadOnlyList<BudgetStatus> refusing, BudgetPosition position, Money amount, long tokens, string message)
        : base(message)
    {
        (Tightest, Reservable, ReservableTokens) = (refusing[0], position.Reservable, position.ReservableTokens);
        IsRate = refusing.All(budget => budget.Budget.Rate is not null);
        WaitingHelps = refusing.All(budget => Helps(budget, WantedOf(budget)));
        RetryAt = WaitingHelps && refusing.All(budget => EndOf(budget) is not null) ? refusing.Max(EndOf) : null;

        Money WantedOf(BudgetStatus budget) => Money.Max(budget.Budget.AmountOf(amount, tokens), Least);

        DateTimeOffset? EndOf(BudgetStatus budget) => budget.Budget.Rate is null ? budget.Budget.ResetsAt : budget.FitsAt(WantedOf(budget));
    }

    /// <summary>The tightest budget that refuses (rule 6).</summary>
    public BudgetStatus Tightest { get; }

    /// <summary>The largest amount that can be reserved now (USD); null if no budget in dollars applies.</summary>
    public Money? Reservable { get; }

    /// <summary>The most tokens that can be reserved now; null if no budget in tokens applies.</summary>
    public long? ReservableTokens { get; }

    /// <summary>Whether only rates refuse it, so that it can succeed within about a minute.</summary>
    public bool IsRate { get; }

    /// <summary>Whether the same request can succeed later without a higher limit.</summary>
    public bool WaitingHelps { get; }

    /// <summary>When all refusing budgets will have reset or freed enough (UTC); null if waiting does not help or the time is unknown.</summary>
    public DateTimeOffset? RetryAt { get; }

    /// <summary>Returns the refusal to start a session; null if it may start.</summary>
    public static BudgetExceededException? OfStart(BudgetPosition position)
    {
        ArgumentNullException.ThrowIfNull(position);
        var refusing = position.Refusing;
        return refusing.Count == 0 ? null : new(refusing, position, Least, tokens: 1, Remainder(refusing[0]));
    }

    /// <summary>Returns the refusal to reserve an amount; null if it can be reserved.</summary>
    /// <param name="position">The budgets that apply.</param>
    /// <param name="amount">The amount (USD).</param>
    /// <param name="tokens">The tokens.</param>
    public static BudgetExceededException? OfReservation(BudgetPosition position, Money amount, long tokens)
    {
        ArgumentNullException.ThrowIfNull(position);
        var refusing = position.RefusingToReserve(amount, tokens).ToArray();
        return refusing.Length == 0
            ? null
            : new(refusing, position, amount, tokens, $"{Remainder(refusing[0])} {AmountText(refusing[0], refusing[0].Budget.AmountOf(amount, tokens))} cannot be reserved.");
    }

    private static string Remainder(BudgetStatus budget)
    {
        var left = budget.Reservable > Money.Zero ? AmountText(budget, budget.Reservable.Value) : budget.Budget.Unit == BudgetUnit.Usd ? "no money" : "no tokens";
        return $"The {NameOf(budget)} has {left} left.";
    }

    private static string NameOf(BudgetStatus budget)
    {
        if (budget.Budget.Rule is { } rule)
        {
            return $"{RuleDescription.Of(rule, budget.Budget.ScopeId)} of {AmountText(budget, budget.Budget.Limit!.Value)}";
        }

        var period = budget.Budget.Window.Period switch
        {
            BudgetPeriod.Day => "daily ",
            BudgetPeriod.Week => "weekly ",
            BudgetPeriod.Month => "monthly ",
            _ => "",
        };
        return $"{EnumNames.Of(budget.Budget.Window.Scope)}'s {period}budget of {budget.Budget.Limit} USD";
    }

    private static string AmountText(BudgetStatus budget, Money amount) => RuleDescription.Amount(amount, budget.Budget.Unit);

    // Time frees reserved amounts and resets what was spent in a window. It raises no limit, and it ends the grants of the window.
    private static bool Helps(BudgetStatus budget, Money wanted) => budget.Budget.Rate is not null
        ? budget.Budget.Limit >= wanted
        : (budget.Budget.ResetsAt is not null && budget.Budget.Limit - budget.Budget.Granted >= wanted)
            || budget.Budget.Limit - budget.Spending.Spent >= wanted;
}
