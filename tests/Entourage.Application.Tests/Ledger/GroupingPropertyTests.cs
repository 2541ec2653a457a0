using CsCheck;
using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

/// <summary>
/// The entries that wait for an organisation share a transaction, however many there are. How they are grouped must not show in what they come to.
/// </summary>
internal sealed class GroupingPropertyTests
{
    private const int SessionCount = 5;
    private const int EarlierCount = 6;

    private enum Act
    {
        Spend,
        SpendUnpriced,
        SpendLate,
        SpendReserved,
        Reserve,
        Extend,
        Release,
        Reprice,
        PauseAgent,
        ResumeAgent,
        PauseTeam,
        ResumeTeam,
        Start,
        End,
        Kill,
        ReserveCall,
        SettleCall,
    }

    private static readonly Act[] Often = [Act.Spend, Act.SpendUnpriced, Act.SpendReserved, Act.Reserve, Act.ReserveCall, Act.SettleCall];

    private static readonly Gen<Act> Acts = Gen.Frequency((6, Gen.Int[0, Often.Length - 1].Select(i => Often[i])), (4, Gen.Enum<Act>()));

    private static readonly Gen<Step> Steps = Gen.Select(Acts, Gen.Long[1, SessionCount], Gen.Int[1, 3_000], Gen.Int[0, EarlierCount], Gen.Bool)
        .Select((act, session, cents, earlier, hasKey) => new Step(act, session, cents, earlier, hasKey));

    // The entries of a burst wait at the same moment, so they may be grouped in any way. Hours pass between bursts.
    private static readonly Gen<Burst> Bursts = Gen.Select(Gen.Int[0, 900], Steps.Array[0, 12], Gen.Int[1, 12].Array[1, 6])
        .Select((minutes, steps, sizes) => new Burst(minutes, steps, sizes));

    [Test]
    public void Entries_in_groups_of_any_size_leave_the_same_totals_as_one_by_one() => Bursts.Array[1, 6].Sample(
        bursts =>
        {
            var (together, apart) = (Create(), Create());
            Run(bursts, together, apart);
            return Totals(together).SequenceEqual(Totals(apart));
        },
        iter: 150);

    [Test]
    public void Every_counter_and_session_is_the_sum_of_the_records() => Bursts.Array[1, 6].Sample(
        bursts =>
        {
            var ledger = Create();
            Run(bursts, ledger, null);
            return CountersOf(ledger).SequenceEqual(ledger.Store.Counters.Where(counter => counter.Value != default).Select(Text).Order())
                && ledger.Store.Sessions.Values.All(session =>
                    session.Cost == MoneyTotal.Sum(ledger.Records.Where(record => record.Entry.SessionId == session.Id).Select(record => record.CountedCost)));
        },
        iter: 150);

    [Test]
    public void A_hard_cap_is_exceeded_by_recorded_overruns_alone() => Bursts.Array[1, 6].Sample(
        bursts =>
        {
            var ledger = Create();
            Run(bursts, ledger, null);
            return ledger.Store.Sessions.Values.SelectMany(session => ledger.Store.PolicyOf(session).BudgetsAt(ledger.Now))
                .Select(budget => budget.With(ledger.Store.Counters))
                .All(budget => budget.Remaining is null || MoneyTotal.Zero - budget.Remaining <= OverrunsIn(budget.Budget.Window, ledger));
        },
        iter: 150);

    [Test]
    public void Counts_of_calls_are_those_of_the_outcomes_however_they_are_grouped() => Bursts.Array[1, 6].Sample(
        bursts =>
        {
            var ledger = Create();
            var outcomes = Run(bursts, ledger, null);
            return ledger.Store.Sessions.Values.All(session => session.Calls == CountsOf(outcomes, session.Id));
        },
        iter: 150);

    private static CallCounts CountsOf(IEnumerable<(LedgerEntry Entry, LedgerOutcome Outcome)> outcomes, long session)
    {
        var (calls, refused, lowered, fallbacks, last) = (0, 0, 0, 0, (DateTimeOffset?)null);
        foreach (var (entry, outcome) in outcomes.Where(of => of.Entry.NamedSession == session))
        {
            switch (entry, outcome)
            {
                case (ReserveCallEntry asked, { Response: ReservedCall got }):
                    calls++;
                    lowered += got.MaxOutputTokens < asked.Command.MaxOutputTokens ? 1 : 0;
                    break;
                case (ReserveCallEntry, { Refusal: BudgetExceededException }):
                    refused++;
                    last = entry.Now;
                    break;
                case (SettleCallEntry { Usage.Call.RequestedModel: not null }, { Response: true }):
                    fallbacks++;
                    break;
            }
        }

        return new(calls, refused, lowered, fallbacks, last);
    }

    private static TestLedger Create()
    {
        var ledger = new TestLedger();
        ledger.OrganisationLimits = new() { Monthly = Usd(300) };
        var team = ledger.AddTeam(
            new() { Daily = Usd(60), Session = Usd(90), OnExceed = OnExceed.Kill, AgentDaily = Usd(50) },
            new() { MaxRepeatedErrors = 3, Action = RunawayAction.Pause },
            "America/New_York");
        var (one, two) = (ledger.AddAgent(team), ledger.AddAgent(team));
        var top = ledger.AddSession(one, model: "acme-1");
        var middle = ledger.AddSession(two, top, "acme-2", new(7, Usd(40), default));
        ledger.AddSession(two, middle, "acme-1");
        ledger.AddSession(two, model: "acme-1");
        ledger.AddSession(ledger.AddAgent(ledger.AddTeam(new() { UnpricedModels = UnpricedModelRule.Record, Weekly = Usd(80) })), model: "acme-2");
        ledger.SetPrice("acme-1", 2, 10);
        return ledger;
    }

    private static List<(LedgerEntry Entry, LedgerOutcome Outcome)> Run(Burst[] bursts, TestLedger together, TestLedger? apart)
    {
        var outcomes = new List<(LedgerEntry Entry, LedgerOutcome Outcome)>();
        var (reservations, calls) = (new List<Guid>(), new List<ReserveCallEntry>());
        foreach (var burst in bursts)
        {
            together.Time.Advance(TimeSpan.FromMinutes(burst.Minutes));
            apart?.Time.Advance(TimeSpan.FromMinutes(burst.Minutes));
            LedgerEntry[] entries = [.. burst.Steps.Select(step => ToEntry(step, together, reservations, calls))];
            for (var (i, group) = (0, 0); i < entries.Length; group++)
            {
                var size = burst.Sizes[group % burst.Sizes.Length];
                var grouped = entries[i..Math.Min(i + size, entries.Length)];
                outcomes.AddRange(grouped.Zip(together.RunAsync(grouped).GetAwaiter().GetResult()));
                i += size;
            }

            foreach (var entry in apart is null ? [] : entries)
            {
                apart!.RunAsync(entry).GetAwaiter().GetResult();
            }

            // A price arrives after the first burst.
            if (ReferenceEquals(burst, bursts[0]))
            {
                together.SetPrice("acme-2", 4, 20);
                apart?.SetPrice("acme-2", 4, 20);
            }
        }

        return outcomes;
    }

    private static LedgerEntry ToEntry(Step step, TestLedger ledger, List<Guid> reservations, List<ReserveCallEntry> calls)
    {
        var (session, usd, now) = (step.Session, step.Cents / 100m, ledger.Now);
        var key = step.HasKey ? Key($"{step.Act} {session} {step.Earlier}", $"{step.Cents}") : null;
        Guid? earlier = reservations.Count > step.Earlier ? reservations[^(step.Earlier + 1)] : null;
        var agent = new PauseSubject(PauseScope.Agent, ledger.AgentOf(session), ledger.TeamOf(session), ledger.OrganisationId);
        var team = agent with { Scope = PauseScope.Team, Id = ledger.TeamOf(session) };
        switch (step.Act)
        {
            case Act.SpendUnpriced:
                return ledger.Usage(session, tokens: new(step.Cents * 100, step.Cents), error: step.HasKey ? null : "timeout");
            case Act.SpendLate:
                return ledger.Usage(session, usd, at: now.AddDays(-step.Earlier), billing: step.HasKey ? Billing.Subscription : Billing.Api);
            case Act.SpendReserved:
                return ledger.Usage(session, usd, reservation: earlier, key: key);
            case Act.Reserve:
                var reserve = ledger.Reserve(session, usd, 60 + (step.Cents % 3_000), key);
                reservations.Add(reserve.ReservationId);
                return reserve;
            case Act.Extend:
                return new ExtendEntry(earlier ?? Guid.Empty, TimeSpan.FromSeconds(step.Cents), now, key);
            case Act.Release:
                return new ReleaseEntry(earlier ?? Guid.Empty, now);
            case Act.Reprice:
                return new RepriceEntry(session, 1 + step.Earlier, now);
            case Act.PauseAgent:
                return new PauseEntry(agent, "lunch", now.AddMinutes(step.Cents), Lead, now);
            case Act.ResumeAgent:
                return new ResumeEntry(agent, null, Lead, now);
            case Act.PauseTeam:
                return new PauseEntry(team, "lunch", now.AddMinutes(step.Cents), Lead, now);
            case Act.ResumeTeam:
                return new ResumeEntry(team, null, Lead, now);
            case Act.Start:
                return ledger.Start(ledger.AgentOf(session), parent: step.HasKey ? session : null, key: key);
            case Act.End:
                return new EndSessionEntry(session, step.HasKey, null, now);
            case Act.Kill:
                return new KillSessionEntry(session, "enough", Lead, now);
            case Act.ReserveCall:
                calls.Add(new(
                    Guid.CreateVersion7(now),
                    new(session, "acme-1", step.Cents * 100, step.Cents * 1_000, LeastOutputTokens: 100_000, Choices: 1, Billing.Api, 60 + (step.Cents % 3_000)),
                    now));
                return calls[^1];
            case Act.SettleCall when calls.Count > 0:
                var call = calls[Math.Max(0, calls.Count - 1 - step.Earlier)];
                var tokens = new BilledTokens(new(call.Command.InputTokens, step.Cents));
                return SettleCallEntry.Of(
                    new(call.Command.SessionId, call.ReservationId, tokens, "acme-1", new(step.HasKey ? "acme-2" : null, null, IsEstimate: false), Billing.Api, null), now);
            default:
                return ledger.Usage(session, usd, key: key);
        }
    }

    private static IEnumerable<string> Totals(TestLedger ledger)
    {
        var store = ledger.Store;
        return store.Counters.Where(counter => counter.Value != default).Select(Text).Order()
            .Concat(store.Sessions.Values.Select(session => session with { Path = [] }).Select(session => session.ToString()))
            .Concat(store.Reservations.Values.Select(held => held.ToString()).Order())
            .Concat(store.Rollups.Select(rollup => rollup.ToString()).Order())
            .Concat(store.Records.Select(usage => Text(usage.Record)))
            .Concat(store.Agents.Values.Select(agent => agent.ToString()))
            .Concat(store.Teams.Values.Select(team => $"{team.Pause}"))
            .Concat(store.Alerts.Keys.Select(alert => alert.ToString()).Order())
            .Concat(store.Audited.Select(entry => $"{entry.Action} {entry.SubjectId} {entry.Old} {entry.New}").Order())
            .Concat(store.Answers.Keys.Order());
    }

    // The id of a correction is made anew for each.
    private static string Text(LedgerRecord record) =>
        $"{record.Entry.SessionId} {record.Entry.OccurredAt:O} {record.Model} {record.Entry.Tokens} {record.Cost} {record.AssumedCost} {record.CostSource} "
        + $"{record.Overrun} {record.UnpricedTokens} {record.Corrects} {record.Price?.PriceId} {(record.Corrects is null ? record.Entry.RecordId : null)}";

    private static string Text(KeyValuePair<BudgetWindow, Spending> counter) => $"{counter.Key}: {counter.Value}";

    private static IEnumerable<string> CountersOf(TestLedger ledger)
    {
        var sums = new Dictionary<BudgetWindow, Spending>();
        foreach (var record in ledger.Records)
        {
            foreach (var budget in ledger.Store.PolicyOf(ledger.Session(record.Entry.SessionId)).BudgetsAt(record.Entry.OccurredAt))
            {
                sums[budget.Window] = sums.GetValueOrDefault(budget.Window) + new Spending(record.CountedCost, Money.Zero);
            }
        }

        foreach (var held in ledger.Store.Reservations.Values.Where(held => held.EndedAt is null))
        {
            foreach (var budget in held.BudgetsOf(ledger.Store.PolicyOf(ledger.Session(held.SessionId))))
            {
                sums[budget.Window] = sums.GetValueOrDefault(budget.Window) + new Spending(Money.Zero, held.Amount);
            }
        }

        return sums.Where(sum => sum.Value != default).Select(Text).Order();
    }

    private static MoneyTotal OverrunsIn(BudgetWindow window, TestLedger ledger) => MoneyTotal.Sum(ledger.Records
        .Where(record => ledger.Store.PolicyOf(ledger.Session(record.Entry.SessionId)).BudgetsAt(record.Entry.OccurredAt).Any(budget => budget.Window == window))
        .Select(record => (MoneyTotal)record.Overrun));

    private sealed record Step(Act Act, long Session, int Cents, int Earlier, bool HasKey);

    private sealed record Burst(int Minutes, Step[] Steps, int[] Sizes)
    {
        public override string ToString() => $"{Minutes} minutes, [{string.Join(',', Sizes)}]: {string.Join("; ", Steps.AsEnumerable())}";
    }
}
