using CsCheck;
using Entourage.Domain.Budgets;

namespace Entourage.Domain.Tests.Budgets;

internal sealed class RateTests
{
    private static readonly BudgetRule PerMinute = BudgetRule.Create(
            new()
            {
                OrganisationId = Guid.Empty,
                Scope = BudgetScope.Model,
                Match = "*",
                Period = BudgetPeriod.Minute,
                LimitTokens = 1_000,
            },
            BudgetCalendar.Utc,
            Some.Now)
        .StoredAs(17);

    private static readonly BudgetPolicy Work = new()
    {
        OrganisationId = Guid.Empty,
        OrganisationLimits = new(),
        TeamId = Guid.Empty,
        Timezone = "UTC",
        TeamLimits = new(),
        AgentId = Guid.Empty,
        Model = "gpt-5",
        Rules = [PerMinute],
    };

    private readonly Dictionary<BudgetWindow, Spending> counters = [];

    private static Budget At(DateTimeOffset at) => Work.BudgetsAt(at).Single(budget => budget.Rule is not null);

    private void Spend(long tokens, DateTimeOffset at)
    {
        var window = At(at).Window;
        counters[window] = counters.GetValueOrDefault(window) + new Spending(new Money(tokens), Money.Zero);
    }

    private void Hold(long tokens)
    {
        var window = At(Some.Now).HeldIn;
        counters[window] = counters.GetValueOrDefault(window) + new Spending(Money.Zero, new Money(tokens));
    }

    private BudgetStatus StatusAt(DateTimeOffset at) => At(at).With(counters);

    [Test]
    public void The_limit_holds_in_any_60_seconds() => Gen.Select(Gen.Int[0, 300], Gen.Int[1, 300]).Array[1, 40].Sample(calls =>
    {
        counters.Clear();
        var granted = new List<(DateTimeOffset At, long Tokens)>();
        var now = Some.Now;
        foreach (var (wait, tokens) in calls)
        {
            now = now.AddSeconds(wait / 10.0);
            if (!StatusAt(now).RefusesToReserve(new Money(tokens)))
            {
                Spend(tokens, now);
                granted.Add((now, tokens));
            }
        }

        return granted.TrueForAll(last => granted.Where(call => call.At > last.At.AddSeconds(-60) && call.At <= last.At).Sum(call => call.Tokens) <= 1_000);
    }, threads: 1);

    [Test]
    public void A_refused_call_fits_when_it_is_told_to_come_back() => Gen.Select(Gen.Int[0, 30], Gen.Int[1, 500], Gen.Int[0, 400], Gen.Int[1, 1_000])
        .Array[1, 12].Sample(calls =>
        {
            counters.Clear();
            var now = Some.Now;
            foreach (var (wait, tokens, _, _) in calls)
            {
                now = now.AddSeconds(wait);
                Spend(tokens, now);
            }

            var wanted = new Money(calls[0].Item4);
            var status = StatusAt(now);
            return !status.RefusesToReserve(wanted)
                || (status.FitsAt(wanted) is { } fits && fits > now && !StatusAt(fits).RefusesToReserve(wanted) && StatusAt(fits.AddTicks(-1)).RefusesToReserve(wanted));
        }, threads: 1);

    [Test]
    public void What_is_more_than_the_limit_never_fits()
    {
        Assert.That(StatusAt(Some.Now).FitsAt(new Money(1_001)), Is.Null);
        Assert.That(StatusAt(Some.Now).RefusesToReserve(new Money(1_001)), Is.True);
    }

    [Test]
    public void Reservations_count_until_they_end_and_may_end_at_any_time()
    {
        Hold(1_000);

        var later = StatusAt(Some.Now.AddHours(1));

        Assert.That((later.Spending.Reserved, later.Over, later.IsSlowing), Is.EqualTo(((MoneyTotal)new Money(1_000), true, true)));
        Assert.That(later.FitsAt(new Money(1)), Is.GreaterThan(Some.Now.AddHours(1)).And.LessThanOrEqualTo(Some.Now.AddHours(1).AddSeconds(5)));
    }

    [Test]
    public void A_rate_refuses_no_start_and_is_never_exhausted()
    {
        Spend(5_000, Some.Now);

        var status = StatusAt(Some.Now);

        Assert.That((status.Over, status.Refuses, status.IsExhausted, status.IsUsedTo(0.5m)), Is.EqualTo((true, false, false, false)));
        Assert.That(new BudgetPosition([status]).Refusing, Is.Empty);
        Assert.That(new BudgetPosition([status]).Slowing, Has.Exactly(1).Items);
        Assert.That(new BudgetPosition([status]).WithoutRates().Budgets, Is.Empty);
    }

    [Test]
    public void A_reservation_takes_from_a_rate_once()
    {
        var during = Work.BudgetsDuring(Some.Now, Some.Now.AddMinutes(30)).Where(budget => budget.Rule is not null);

        Assert.That(during, Has.Exactly(1).Items);
    }
}
