using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Teams;

namespace Entourage.Domain.Tests.Teams;

internal sealed class TeamTests
{
    [Test]
    public void A_new_team_is_active_and_has_no_limits()
    {
        var organisation = Some.Organisation();
        var team = Team.Create(organisation, "Core team", "core", "Europe/Berlin", Some.Now);
        Assert.That(team.Id.Version, Is.EqualTo(7));
        Assert.That(team.OrganisationId, Is.EqualTo(organisation.Id));
        Assert.That(team.Name, Is.EqualTo("Core team"));
        Assert.That(team.Slug, Is.EqualTo("core"));
        Assert.That(team.Timezone, Is.EqualTo("Europe/Berlin"));
        Assert.That(team.Pause, Is.Null);
        Assert.That(team.CreatedAt, Is.EqualTo(Some.Now));
        Assert.That(team.Limits, Is.EqualTo(new TeamLimits()));
        Assert.That(team.Version, Is.Zero);
    }

    [Test]
    public void Limits_are_hard_by_default()
    {
        var limits = new TeamLimits();
        Assert.That(limits.Enforcement, Is.EqualTo(Enforcement.Hard));
        Assert.That(limits.ApplyGuidelineBudgets, Is.False);
    }

    [Test]
    public void An_unknown_time_zone_is_refused() =>
        Assert.That(() => Some.Team("Mars/Olympus_Mons"), Refused.With("unknown-timezone", "Timezone"));

    [Test]
    public void New_limits_replace_the_old_ones_and_increment_the_teams_version()
    {
        var team = Some.Team("Europe/Berlin");
        var limits = new TeamLimits { Daily = Some.Usd(5), Enforcement = Enforcement.Observe };
        var moved = team.Configure(limits, "Europe/Berlin");
        Assert.That(moved, Is.False);
        Assert.That(team.Limits, Is.EqualTo(limits));
        Assert.That(team.Version, Is.EqualTo(1));
    }

    [Test]
    public void Configure_returns_whether_the_time_zone_changed()
    {
        var team = Some.Team("Europe/Berlin");
        var moved = team.Configure(new TeamLimits(), "Asia/Kathmandu");
        Assert.That(moved, Is.True);
        Assert.That(team.Timezone, Is.EqualTo("Asia/Kathmandu"));
        Assert.That(team.Version, Is.EqualTo(1));
    }

    [Test]
    public void A_refused_time_zone_leaves_the_team_unchanged()
    {
        var team = Some.Team("Europe/Berlin");
        Assert.That(() => team.Configure(new TeamLimits { Daily = Some.Usd(5) }, "nowhere"), Refused.With("unknown-timezone", "Timezone"));
        Assert.That(team.Limits, Is.EqualTo(new TeamLimits()));
        Assert.That(team.Timezone, Is.EqualTo("Europe/Berlin"));
        Assert.That(team.Version, Is.Zero);
    }

    [Test]
    public void The_longest_zone_name_fits() =>
        Assert.That(Some.Team("America/Argentina/ComodRivadavia").Timezone, Has.Length.LessThanOrEqualTo(Team.TimezoneLength));

    [Test]
    public void The_detector_rules_stay_unless_new_ones_are_given()
    {
        var team = Some.Team();
        Assert.That(team.Watch, Is.EqualTo(DetectorRules.Default));
        var rules = new DetectorRules { WindowMinutes = 5 };
        team.Configure(new(), "UTC", rules);
        team.Configure(new(), "UTC");
        Assert.That(team.Watch, Is.EqualTo(rules));
    }

    [Test]
    public void A_raise_of_the_daily_cap_ends_with_the_local_day()
    {
        var team = Some.Team("America/New_York");
        team.Configure(new() { Daily = Some.Usd(10) }, "America/New_York");
        Assert.That(team.RaiseDailyCap(Some.Usd(1), Some.Now), Is.EqualTo(TestTime.Parse("2026-03-05T05:00Z")));
        Assert.That(team.Version, Is.EqualTo(2));
    }

    [Test]
    public void The_default_limits_and_rules_are_those_of_the_documentation()
    {
        var (limits, rules) = (new TeamLimits(), DetectorRules.Default);
        Assert.Multiple(() =>
        {
            Assert.That((limits.OnExceed, limits.AbandonedAfterMinutes, limits.UnpricedModels), Is.EqualTo((OnExceed.Stop, (int?)60, UnpricedModelRule.Assume)));
            Assert.That((rules.WindowMinutes, rules.MaxTokens, rules.MaxRepeatedErrors, rules.Action), Is.EqualTo((10, (long?)500_000, (int?)5, RunawayAction.Alert)));
            Assert.That(rules.Thresholds, Is.EqualTo(AlertThresholds.Default));
            Assert.That((UsageBounds.None.MaxCost, UsageBounds.None.ImplausibleCost, UsageBounds.None.ImplausibleHourlyCost), Is.EqualTo((Money.LargestInput, (Money?)null, (Money?)null)));
        });
    }
}
