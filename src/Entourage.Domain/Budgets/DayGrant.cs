namespace Entourage.Domain.Budgets;

/// <summary>An amount on top of a team's daily cap, for one local day.</summary>
/// <param name="Day">The local day, in the team's time zone at the time of the grant.</param>
/// <param name="Amount">The sum of all grants for that day (USD).</param>
public sealed record DayGrant(DateOnly Day, Money Amount)
{
    /// <summary>Returns the amount that it adds to the cap of a day (USD).</summary>
    public Money On(DateOnly day) => day == Day ? Amount : Money.Zero;
}
