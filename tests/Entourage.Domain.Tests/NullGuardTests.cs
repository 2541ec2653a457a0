using Entourage.Domain.Access;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Keys;
using Entourage.Domain.Labels;
using Entourage.Domain.Otlp;
using Entourage.Domain.Prices;
using Entourage.Domain.Webhooks;

namespace Entourage.Domain.Tests;

internal sealed class NullGuardTests
{
    private static readonly KeyLabel Label = new("ci", "Ada", null);
    private static readonly BudgetStatus Status = new(
        new(new(BudgetScope.Team, "t", BudgetPeriod.Day, new(2026, 3, 4)), null, Enforcement.Hard, null), default);

    private static readonly (string Parameter, Action Call)[] Guards =
    [
        ("pairs", () => LabelSet.Of(null!)),
        ("others", () => LabelSet.None.With(null!)),
        ("others", () => LabelSet.None.CanAdd(null!)),
        ("others", () => LabelSet.None.AdditionsOf(null!)),
        ("others", () => LabelSet.None.CommonWith(null!)),
        ("text", () => Domain.Labels.Label.Parse(null!)),
        ("labels", () => LabelSetMember.Of(Guid.Empty, null!)),
        ("name", () => ReservedNames.Imitates(null!)),
        ("text", () => ReservedNames.HasDirections(null!)),
        ("finding", () => Alert.Raise(null!, new(Guid.Empty), Some.Now)),
        ("subject", () => Alert.Raise(TeamworkDetectors.Abandoned(1), null!, Some.Now)),
        ("ratios", () => AlertThresholds.Allow(null!)),
        ("text", () => AlertThresholds.Parse(null!)),
        ("before", () => BudgetDetectors.Crossed(null!, Money.Zero, AlertThresholds.Default)),
        ("after", () => BudgetDetectors.Crossed(null, null!)),
        ("after", () => BudgetDetectors.RedFlag(null, MoneyTotal.Zero, null!, MoneyTotal.Zero)),
        ("usage", () => DetectorState.Empty.After(null!, 10)),
        ("text", () => DetectorState.Parse(null!)),
        ("state", () => ModelDetectors.MuteForDay(null!, TeamworkDetectors.Abandoned(1), Some.Now, Some.Later)),
        ("finding", () => ModelDetectors.MuteForDay(DetectorState.Empty, null!, Some.Now, Some.Later)),
        ("before", () => SessionDetectors.Detect(null!, new(1, Some.Now, default, default, null, default), DetectorRules.Default)),
        ("usage", () => SessionDetectors.Detect(DetectorState.Empty, null!, DetectorRules.Default)),
        ("rules", () => SessionDetectors.Detect(DetectorState.Empty, new(1, Some.Now, default, default, null, default), null!)),
        ("started", () => TeamworkDetectors.DuplicateWork(null!, [], default)),
        ("started", () => TeamworkDetectors.FanOut(null!, 99, default)),
        ("session", () => TeamworkDetectors.TopOf(null!)),
        ("session", () => ActiveSession.Of(null!)),
        ("mistake", () => TelemetryDetectors.WrongAttribute(Guid.Empty, null!, default)),
        ("team", () => BudgetPolicy.ForWindows(null!, Guid.Empty)),
        ("session", () => BudgetPolicy.ForWindows(Some.Team(), null!)),
        ("cap", () => new BudgetPosition([Status]).CapReachedAt(null!, Some.Now)),
        ("policy", () => LiveReservation().BudgetsOf(null!)),
        ("origin", () => new CostSummarySums().AddToTeam(null!, default)),
        ("origin", () => new CostSummarySums().AddToOrganisation(null!, default)),
        ("record", () => UsageSum.Of(null!)),
        ("label", () => ApiKey.ForAdmin(null!, "text", Some.Now)),
        ("team", () => ApiKey.ForLead(Label, null!, "text", Some.Now)),
        ("team", () => ApiKey.ForAgent(Label, null!, Some.Agent(), "text", Some.Now)),
        ("agent", () => ApiKey.ForAgent(Label, Some.Team(), null!, "text", Some.Now)),
        ("text", () => KeyText.IsPlausible(null!)),
        ("text", () => KeyText.PrefixOf(null!)),
        ("text", () => MoneyTotal.TryParse(null!, out _)),
        ("text", () => SourceAmounts.Parse(null!)),
        ("text", () => SourceCoverage.Parse(null!)),
        ("key", () => SourceCoverage.Parse("").TakeCall(null!, Some.Now, "m", SourceAmounts.Zero)),
        ("taken", () => SourceCoverage.Parse("").TakeSums(null!)),
        ("model", () => ModelName.Normalise(null!)),
        ("other", () => new ModelPrice { Model = "m", EffectiveFrom = Some.Now, Rates = new(default, default, null, null, null), RecordedAt = Some.Now }.HasSameContentAs(null!)),
        ("address", () => PublicAddress.IsPublic(null!)),
    ];

    [TestCaseSource(nameof(Cases))]
    public void A_null_argument_is_refused(string parameter, Action call) =>
        Assert.That(call, Throws.ArgumentNullException.With.Property(nameof(ArgumentException.ParamName)).EqualTo(parameter));

    private static IEnumerable<TestCaseData> Cases() =>
        Guards.Select((guard, i) => new TestCaseData(guard.Parameter, guard.Call).SetArgDisplayNames($"{i + 1}", guard.Parameter));

    private static Reservation LiveReservation() => new()
    {
        Id = Guid.Empty,
        SessionId = 1,
        OrganisationId = Guid.Empty,
        Amount = Money.Zero,
        CreatedAt = Some.Now,
        ExpiresAt = Some.Later,
    };
}
