using Entourage.Domain.Alerts;
using Entourage.Domain.Prices;

namespace Entourage.Domain.Tests.Alerts;

internal sealed class ModelDetectorsTests
{
    private static readonly DateOnly Today = new(2026, 3, 4);

    [Test]
    public void A_model_is_noted_once_for_each_day_and_kind_of_finding()
    {
        var unpriced = ModelDetectors.Unpriced("acme-1", Today, null);
        var noted = ModelDetectors.MuteForDay(DetectorState.Empty, unpriced, Some.Now, Some.Later)!;
        Assert.That(ModelDetectors.MuteForDay(noted, unpriced, Some.Now, Some.Later), Is.Null);
        Assert.That(ModelDetectors.MuteForDay(noted, unpriced, Some.Later, Some.Later.AddDays(1)), Is.Not.Null);
        Assert.That(ModelDetectors.MuteForDay(noted, ModelDetectors.Unpriced("acme-2", Today, null), Some.Now, Some.Later), Is.Not.Null);
        Assert.That(ModelDetectors.MuteForDay(noted, ModelDetectors.CostDiffers("acme-1", Today, default, default), Some.Now, Some.Later), Is.Not.Null);
    }

    [Test]
    public void An_unpriced_model_is_reported_with_the_way_in_which_it_counts()
    {
        var assumed = new TokenRates(Some.Usd(3), Some.Usd(15), null, null, null);
        const string Rates = "counts at the assumed rates of 3.00 USD per million input tokens and 15.00 USD per million output tokens";
        Assert.Multiple(() =>
        {
            Assert.That(MessageOf("acme-1", null), Is.EqualTo("The model 'acme-1' has no price, so its usage counts as 0 USD until you set one."));
            Assert.That(MessageOf("acme-1", assumed), Is.EqualTo($"The model 'acme-1' has no price, so its usage {Rates} until you set one."));
            Assert.That(MessageOf("", null), Is.EqualTo("A usage without a cost named no model, so it counts as 0 USD."));
            Assert.That(MessageOf("", assumed), Is.EqualTo($"A usage without a cost named no model, so it {Rates}."));
        });

        static string MessageOf(string model, TokenRates? assumed) => ModelDetectors.Unpriced(model, Today, assumed).Message;
    }

    [Test]
    public void An_unpriced_model_is_reported_once_for_each_model_and_day()
    {
        var found = ModelDetectors.Unpriced("acme-1", Today, null);
        Assert.That((found.Kind, found.Cause, found.Window), Is.EqualTo((AlertKind.UnpricedModel, "model:acme-1", "2026-03-04")));
        Assert.That(found.Details, Is.EqualTo(new AlertDetails { Model = "acme-1" }));
    }
}
