using Entourage.Application.Json;
using Entourage.Domain;
using Entourage.Domain.Budgets;

namespace Entourage.Application.Errors;

/// <summary>A hard budget refuses to start a session or to reserve an amount.</summary>
public sealed class BudgetExceededException : Exception
{
    // An exhausted budget also refuses to reserve 0 USD. Such a request can succeed once anything is left.
    private static readonly Money Least = new(1);

    private BudgetExceededException(IReadOnlyList<BudgetStatus> refusing, Money? reservable, Money wanted, string message)
        : base(message)
    {
        (Tightest, Reservable) = (refusing[0], reservable ?? Money.Zero);
        WaitingHelps = refusing.All(budget => Helps(budget, wanted));
        RetryAt = WaitingHelps && refusing.All(budget => budget.Budget.ResetsAt is not null) ? refusing.Max(budget => budget.Budget.ResetsAt) : null;
    }

    /// <summary>The budget with the least remaining (rule 6).</summary>
    public BudgetStatus Tightest { get; }

    /// <summary>The largest amount that can be reserved now (USD).</summary>
    public Money Reservable { get; }

    /// <summary>Whether the same request can succeed later without a higher limit.</summary>
    public bool WaitingHelps { get; }

    /// <summary>When all refusing budgets will have reset (UTC); null if waiting does not help or the time is unknown.</summary>
    public DateTimeOffset? RetryAt { get; }

    /// <summary>Returns the refusal to start a session; null if it may start.</summary>
    public static BudgetExceededException? OfStart(BudgetPosition position)
    {
        ArgumentNullException.ThrowIfNull(position);
        var refusing = position.Refusing;
        return refusing.Count == 0 ? null : new(refusing, position.Reservable, Least, $"{Remainder(refusing[0])}");
    }

    /// <summary>Returns the refusal to reserve an amount; null if it can be reserved.</summary>
    public static BudgetExceededException? OfReservation(BudgetPosition position, Money amount)
    {
        ArgumentNullException.ThrowIfNull(position);
        var refusing = position.RefusingToReserve(amount).ToArray();
        return refusing.Length == 0
            ? null
            : new(
                refusing,
                position.Reservable,
                Money.Max(amount, Least),
                $"{Remainder(refusing[0])} {amount} USD cannot be reserved.");
    }

    private static string Remainder(BudgetStatus budget)
    {
        var left = budget.Reservable > Money.Zero ? $"{budget.Reservable} USD" : "no money";
        return $"The {NameOf(budget)} has {left} left.";
    }

    private static string NameOf(BudgetStatus budget)
    {
        var period = budget.Budget.Window.Period switch
        {
            BudgetPeriod.Day => "daily ",
            BudgetPeriod.Week => "weekly ",
            BudgetPeriod.Month => "monthly ",
            _ => "",
        };
        return $"{EnumNames.Of(budget.Budget.Window.Scope)}'s {period}budget of {budget.Budget.Limit} USD";
    }

    // Time frees reserved amounts and resets what was spent in a window. It raises no limit, and it ends the grants of the window.
    private static bool Helps(BudgetStatus budget, Money wanted) =>
        (budget.Budget.ResetsAt is not null && budget.Budget.Limit - budget.Budget.Granted >= wanted)
        || budget.Budget.Limit - budget.Spending.Spent >= wanted;
}
