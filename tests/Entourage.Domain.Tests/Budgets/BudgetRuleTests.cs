using CsCheck;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Labels;

namespace Entourage.Domain.Tests.Budgets;

internal sealed class BudgetRuleTests
{
    private static readonly Guid Organisation = new("0195f3c0-0000-7000-8000-000000000001");
    private static readonly Guid Team = new("0195f3c0-0000-7000-8000-000000000002");
    private static readonly Guid Agent = new("0195f3c0-0000-7000-8000-000000000003");

    private static readonly BudgetTerms Terms = new()
    {
        OrganisationId = Organisation,
        Scope = BudgetScope.Label,
        Match = "customer=acme",
        Period = BudgetPeriod.Month,
        LimitUsd = Some.Usd(50),
    };

    private static readonly BudgetPolicy Work = new()
    {
        OrganisationId = Organisation,
        OrganisationLimits = new(),
        TeamId = Team,
        Timezone = "America/New_York",
        TeamLimits = new(),
        AgentId = Agent,
        Task = new TaskCap(7, OwnLimit: null, default),
        SessionPath = [33, 22, 11],
        Model = "claude-opus-4",
        Labels = LabelSet.Of([new("customer", "acme"), new("pr", "4711")]),
    };

    private static BudgetRule Rule(BudgetTerms terms, long id = 17) =>
        BudgetRule.Create(terms, terms.TeamId is null ? BudgetCalendar.Utc : Work.Calendar, Some.Now).StoredAs(id);

    private static IReadOnlyList<Budget> BudgetsOf(BudgetTerms terms, BudgetPolicy? work = null, DateTimeOffset? at = null) =>
        [.. ((work ?? Work) with { Rules = [Rule(terms)] }).BudgetsAt(at ?? Some.Now).Where(budget => budget.Rule is not null)];

    [TestCase(BudgetScope.Organisation, "0195f3c0-0000-7000-8000-000000000001", "0195f3c0-0000-7000-8000-000000000001")]
    [TestCase(BudgetScope.Team, "0195f3c0-0000-7000-8000-000000000002", "0195f3c0-0000-7000-8000-000000000002")]
    [TestCase(BudgetScope.Team, "0195f3c0-0000-7000-8000-000000000009", null)]
    [TestCase(BudgetScope.Team, "*", "0195f3c0-0000-7000-8000-000000000002")]
    [TestCase(BudgetScope.Agent, "0195f3c0-0000-7000-8000-000000000003", "0195f3c0-0000-7000-8000-000000000003")]
    [TestCase(BudgetScope.Agent, "0195f3c0-0000-7000-8000-000000000009", null)]
    [TestCase(BudgetScope.Agent, "*", "0195f3c0-0000-7000-8000-000000000003")]
    [TestCase(BudgetScope.Task, "7", "7")]
    [TestCase(BudgetScope.Task, "8", null)]
    [TestCase(BudgetScope.Task, "*", "7")]
    [TestCase(BudgetScope.Session, "33", "33")]
    [TestCase(BudgetScope.Session, "11", "11")]
    [TestCase(BudgetScope.Session, "12", null)]
    [TestCase(BudgetScope.Session, "*", "11")]
    [TestCase(BudgetScope.Label, "customer=acme", "customer=acme")]
    [TestCase(BudgetScope.Label, "Customer=acme", "customer=acme")]
    [TestCase(BudgetScope.Label, "customer=Acme", null)]
    [TestCase(BudgetScope.Label, "user=dana", null)]
    [TestCase(BudgetScope.Label, "pr=*", "pr=4711")]
    [TestCase(BudgetScope.Label, "user=*", null)]
    [TestCase(BudgetScope.Model, "claude-opus-4", "claude-opus-4")]
    [TestCase(BudgetScope.Model, "claude-opus-*", "claude-opus-*")]
    [TestCase(BudgetScope.Model, "claude-opus", null)]
    [TestCase(BudgetScope.Model, "gpt-*", null)]
    [TestCase(BudgetScope.Model, "*", "claude-opus-4")]
    public void A_rule_counts_the_work_that_it_matches(BudgetScope scope, string match, string? item)
    {
        var found = BudgetsOf(Terms with { Scope = scope, Match = match });

        Assert.That(found.Select(budget => (budget.Scope, budget.ScopeId, budget.Limit, budget.Unit)), Is.EqualTo(item is null
            ? []
            : new[] { (scope, item, (Money?)Some.Usd(50), BudgetUnit.Usd) }));
    }

    [TestCase(BudgetScope.Task)]
    [TestCase(BudgetScope.Session)]
    [TestCase(BudgetScope.Model)]
    public void Work_without_an_item_of_the_scope_is_not_counted(BudgetScope scope)
    {
        var work = Work with { Task = null, SessionPath = [], Model = "" };

        Assert.That(BudgetsOf(Terms with { Scope = scope, Match = "*" }, work), Is.Empty);
    }

    [Test]
    public void Two_units_are_two_budgets()
    {
        var found = BudgetsOf(Terms with { LimitTokens = 1_000 });

        Assert.That(found.Select(budget => (budget.Unit, budget.Limit)), Is.EqualTo(new[] { (BudgetUnit.Usd, (Money?)Some.Usd(50)), (BudgetUnit.Tokens, new Money(1_000)) }));
        Assert.That(found[0].Window, Is.Not.EqualTo(found[1].Window));
        Assert.That(found.Select(budget => budget.AmountOf(Some.Usd(2), 500)), Is.EqualTo(new[] { Some.Usd(2), new Money(500) }));
    }

    [Test]
    public void A_rule_of_a_team_counts_its_work_in_its_zone()
    {
        var own = BudgetsOf(Terms with { TeamId = Team, Period = BudgetPeriod.Day, Scope = BudgetScope.Team, Match = $"{Team}" }).Single();
        var shared = BudgetsOf(Terms with { Period = BudgetPeriod.Day }).Single();

        Assert.That((own.StartsAt, own.IsShared), Is.EqualTo(((DateTimeOffset?)TestTime.Parse("2026-03-04T05:00Z"), false)));
        Assert.That((shared.StartsAt, shared.IsShared), Is.EqualTo(((DateTimeOffset?)TestTime.Parse("2026-03-04T00:00Z"), true)));
        Assert.That(BudgetsOf(Terms with { TeamId = Agent }), Is.Empty);
    }

    [TestCase(Enforcement.Hard, Enforcement.Hard, false, Enforcement.Hard)]
    [TestCase(Enforcement.Hard, Enforcement.Observe, false, Enforcement.Observe)]
    [TestCase(Enforcement.Observe, Enforcement.Hard, false, Enforcement.Observe)]
    [TestCase(Enforcement.Observe, Enforcement.Hard, true, Enforcement.Hard)]
    public void A_team_that_observes_makes_its_own_rules_observe(Enforcement team, Enforcement rule, bool isShared, Enforcement expected)
    {
        var found = BudgetsOf(
            Terms with { Enforcement = rule, TeamId = isShared ? null : Team }, Work with { TeamLimits = new() { Enforcement = team } });

        Assert.That(found.Single().Enforcement, Is.EqualTo(expected));
    }

    [Test]
    public void Nothing_is_counted_before_the_window_in_which_it_was_created()
    {
        var terms = Terms with { Period = BudgetPeriod.Day };

        Assert.That(BudgetsOf(terms, at: TestTime.Parse("2026-03-03T23:59Z")), Is.Empty);
        Assert.That(BudgetsOf(terms, at: TestTime.Parse("2026-03-04T00:00Z")), Has.Count.EqualTo(1));
        Assert.That(BudgetsOf(terms with { Period = BudgetPeriod.Total }, at: TestTime.Parse("2020-01-01T00:00Z")), Has.Count.EqualTo(1));
    }

    [Test]
    public void The_day_of_the_creation_is_found_in_any_order_of_times()
    {
        var work = Work with { Rules = [Rule(Terms with { Period = BudgetPeriod.Hour })] };
        bool Counts(string at) => work.BudgetsAt(TestTime.Parse(at)).Any(budget => budget.Rule is not null);

        Assert.That(
            new[] { "2026-03-04T05:30Z", "2026-03-04T04:59Z", "2026-03-04T05:00Z", "2026-03-04T06:00Z", "2026-03-04T04:00Z" }.Select(Counts),
            Is.EqualTo(new[] { true, false, true, true, false }));
    }

    [Test]
    public void Windows_of_rules_fit_into_the_column_and_tell_their_rule() => Gen.Select(
            Gen.OneOf(Gen.Long[1, 1_000], Gen.Long[1L << 45, (1L << 53) - 1]),
            Gen.Enum<BudgetPeriod>(),
            Gen.OneOf(Gen.Const("pr=*"), Gen.Const("customer=acme")),
            Gen.Long[0, 10_000_000])
        .Sample((id, period, match, minutes) =>
        {
            var rule = Rule(Terms with { Period = period, Match = match, LimitTokens = 5 }, id);
            var budgets = (Work with { Rules = [rule] }).BudgetsAt(Some.Now.AddMinutes(minutes)).Where(budget => budget.Rule is not null).ToArray();
            var windows = new List<BudgetWindow>();
            foreach (var budget in budgets)
            {
                budget.AddWindowsTo(windows);
            }

            return budgets.Length == 2 && windows.Distinct().Count() == windows.Count && windows.TrueForAll(window =>
                window.ScopeId.Length <= BudgetWindow.ScopeIdLength
                && RuleWindows.RuleOf(window.ScopeId) == id
                && string.CompareOrdinal(window.ScopeId, RuleWindows.LeastId(id)) >= 0
                && string.CompareOrdinal(window.ScopeId, RuleWindows.EndId(id)) < 0
                && string.CompareOrdinal(window.ScopeId, RuleWindows.LeastId(id + 1)) is var order
                && (order < 0 || string.CompareOrdinal(window.ScopeId, RuleWindows.EndId(id + 1)) >= 0));
        });

    [TestCase("")]
    [TestCase("17")]
    [TestCase("$")]
    [TestCase("A$")]
    [TestCase("zzzzzzzzzzzzzzzz$")]
    public void Other_ids_name_no_rule(string id) => Assert.That(RuleWindows.RuleOf(id), Is.Null);

    [TestCase(BudgetScope.Organisation, "0195f3c0-0000-7000-8000-000000000009")]
    [TestCase(BudgetScope.Organisation, "*")]
    [TestCase(BudgetScope.Team, "core")]
    [TestCase(BudgetScope.Agent, "")]
    [TestCase(BudgetScope.Task, "-7")]
    [TestCase(BudgetScope.Task, "7.5")]
    [TestCase(BudgetScope.Session, "all")]
    [TestCase(BudgetScope.Label, "customer")]
    [TestCase(BudgetScope.Label, "=acme")]
    [TestCase(BudgetScope.Label, "customer=")]
    [TestCase(BudgetScope.Label, "customer=ac*")]
    [TestCase(BudgetScope.Model, "")]
    [TestCase(BudgetScope.Model, "*-opus")]
    [TestCase(BudgetScope.Model, "claude**")]
    [TestCase(BudgetScope.Rule, "17")]
    public void A_match_that_names_nothing_of_its_scope_is_refused(BudgetScope scope, string match) => Assert.That(
        () => Rule(Terms with { Scope = scope, Match = match }),
        Throws.TypeOf<RuleViolationException>().With.Property(nameof(RuleViolationException.Code)).EqualTo("validation"));

    [Test]
    public void Contradictory_terms_are_refused()
    {
        BudgetTerms[] refused =
        [
            Terms with { LimitUsd = null },
            Terms with { LimitTokens = -1 },
            Terms with { LimitTokens = BudgetRule.LargestTokens + 1 },
            Terms with { StartsOn = 0 },
            Terms with { StartsOn = 32 },
            Terms with { StartsOn = 2, Period = BudgetPeriod.Day },
        ];

        Assert.Multiple(() =>
        {
            foreach (var terms in refused)
            {
                Assert.That(() => Rule(terms), Throws.TypeOf<RuleViolationException>(), $"{terms}");
            }
        });
        Assert.That(Rule(Terms with { LimitTokens = BudgetRule.LargestTokens, StartsOn = 31 }).StartsOn, Is.EqualTo(31));
    }

    [Test]
    public void A_change_keeps_what_is_counted()
    {
        var rule = Rule(Terms);

        rule.Change(Terms with { Name = "Acme", LimitUsd = null, LimitTokens = 7, Enforcement = Enforcement.Observe, OnExceed = OnExceed.Kill, Thresholds = AlertThresholds.Default });

        Assert.That((rule.Name, rule.LimitUsd, rule.LimitTokens, rule.Enforcement, rule.OnExceed, rule.Thresholds, rule.Version), Is.EqualTo(
            ("Acme", (Money?)null, (long?)7, Enforcement.Observe, (OnExceed?)OnExceed.Kill, AlertThresholds.Default, 1L)));
        Assert.That(() => rule.Change(rule.Terms with { Match = "customer=other" }), Throws.TypeOf<RuleViolationException>());
        Assert.That(() => rule.Change(rule.Terms with { LimitTokens = null }), Throws.TypeOf<RuleViolationException>());
        Assert.That((rule.Match, rule.LimitTokens, rule.Version), Is.EqualTo(("customer=acme", (long?)7, 1L)));
    }

    [TestCase(null, OnExceed.Stop, false)]
    [TestCase(null, OnExceed.Kill, true)]
    [TestCase(OnExceed.Stop, OnExceed.Kill, false)]
    [TestCase(OnExceed.Kill, OnExceed.Stop, true)]
    public void A_rule_decides_about_kills_before_its_team(OnExceed? rule, OnExceed team, bool kills)
    {
        var work = Work with { TeamLimits = new() { OnExceed = team } };

        Assert.That(work.Kills(BudgetsOf(Terms with { OnExceed = rule }, work).Single()), Is.EqualTo(kills));
    }

    [Test]
    public void A_call_has_its_own_model_and_labels()
    {
        var work = Work with { Rules = [Rule(Terms)] };
        var call = work.ForCall("gpt-5", LabelSet.Of([new("customer", "other")]));

        Assert.That(work.ForCall(Work.Model, LabelSet.None), Is.SameAs(work));
        Assert.That((call.Model, call.Labels.Text), Is.EqualTo(("gpt-5", "customer=other\npr=4711")));
        Assert.That(call.BudgetsAt(Some.Now).Where(budget => budget.Rule is not null), Is.Empty);
    }
}
