namespace Entourage.Domain.Budgets;

/// <summary>Money that a team may spend on one local day on top of its daily cap. It ends with the day.</summary>
/// <param name="Day">The local day, in the time zone that the team had when it was granted.</param>
/// <param name="Amount">How much (USD): all that was granted for that day.</param>
public sealed record DayGrant(DateOnly Day, Money Amount)
{
    /// <summary>What it adds to the cap of a day (USD).</summary>
    public Money On(DateOnly day) => day == Day ? Amount : Money.Zero;
}
