using CsCheck;
using Entourage.Domain.Labels;

namespace Entourage.Domain.Tests.Labels;

internal sealed class LabelSetTests
{
    private static readonly Gen<string> Keys = Gen.String[Gen.Char["abcdefghijklmnopqrstuvwxyz0123456789"], 1, 6];

    private static readonly Gen<LabelSet> Sets = Gen.Dictionary(Keys, Gen.String[Gen.Char["aZ= äµ€漢"], 0, 8].Select(text => $"v{text}v"))[0, LabelSet.MaxCount]
        .Select(LabelSet.Of);

    [Test]
    public void A_set_has_at_most_ten_labels()
    {
        Assert.That(Numbered(10).Labels, Has.Count.EqualTo(10));
        Assert.That(() => Numbered(11), Refused.With("validation", "Labels"));
    }

    [Test]
    public void Keys_are_kept_in_lower_case_and_in_order()
    {
        var set = Set(("PR", "4711"), ("Customer", "Acme"));
        Assert.That(set.Labels, Is.EqualTo(new[] { new Label("customer", "Acme"), new Label("pr", "4711") }));
        Assert.That(set.Text, Is.EqualTo("customer=Acme\npr=4711"));
        Assert.That(set.ToString(), Is.EqualTo("customer=Acme, pr=4711"));
        Assert.That(set.Find("customer"), Is.EqualTo("Acme"));
        Assert.That(set.Find("user"), Is.Null);
    }

    [Test]
    public void A_key_occurs_once_in_whatever_case() =>
        Assert.That(() => Set(("customer", "acme"), ("Customer", "acme")), Refused.With("validation", "Labels"));

    [Test]
    public void Equal_sets_have_equal_texts_and_ids_in_any_order() => Sets.Sample(set =>
    {
        var reversed = LabelSet.Of(set.Labels.Reverse().Select(label => KeyValuePair.Create(label.Key.ToUpperInvariant(), label.Value)));
        return reversed.Equals(set) && reversed.Equals((object)set) && reversed.Text == set.Text && reversed.Id == set.Id && reversed.GetHashCode() == set.GetHashCode();
    });

    [Test]
    public void A_set_is_read_back_from_its_text() => Sets.Sample(set =>
        LabelSet.Parse(set.Text) is var read && read.Equals(set) && read.Labels.SequenceEqual(set.Labels) && read.Id == set.Id && set.Text.Length <= LabelSet.TextLength);

    [Test]
    public void No_labels_are_the_empty_text_with_id_zero()
    {
        Assert.That((LabelSet.None.Text, LabelSet.None.Id, LabelSet.None.IsEmpty), Is.EqualTo(("", 0L, true)));
        Assert.That(LabelSet.Of([]), Is.SameAs(LabelSet.None));
        Assert.That(LabelSet.Parse(null), Is.SameAs(LabelSet.None));
        Assert.That(LabelSet.Parse(""), Is.SameAs(LabelSet.None));
    }

    [Test]
    public void Sets_that_differ_have_other_ids()
    {
        // The value of one label must not look like a further label.
        LabelSet[] sets = [LabelSet.None, Set(("a", "1")), Set(("a", "2")), Set(("b", "1")), Set(("a", "1"), ("b", "1")), Set(("a", "1=b")), Set(("a", "1,b=1"))];
        Assert.That(sets.Select(set => set.Id), Is.Unique);
        Assert.That(sets.Select(set => set.Text), Is.Unique);
        Assert.That(sets[1].Equals(null), Is.False);
    }

    [Test]
    public void The_id_never_changes_because_it_is_stored() => Assert.That(Set(("customer", "acme"), ("pr", "4711")).Id, Is.EqualTo(-1827669097637747269L));

    [Test]
    public void Others_replace_labels_with_the_same_keys()
    {
        var merged = Set(("customer", "acme"), ("user", "dana")).With(Set(("user", "kim"), ("pr", "1")));
        Assert.That(merged, Is.EqualTo(Set(("customer", "acme"), ("pr", "1"), ("user", "kim"))));
        Assert.That(LabelSet.None.With(merged), Is.SameAs(merged));
        Assert.That(merged.With(LabelSet.None), Is.SameAs(merged));
    }

    [Test]
    public void Merged_labels_are_at_most_ten_too()
    {
        var nine = Numbered(9);
        Assert.That(nine.CanAdd(Set(("x", "1"), ("key1", "other"))), Is.True);
        Assert.That(nine.With(Set(("x", "1"), ("key1", "other"))).Labels, Has.Count.EqualTo(10));
        Assert.That(nine.CanAdd(Set(("x", "1"), ("y", "1"))), Is.False);
        Assert.That(() => nine.With(Set(("x", "1"), ("y", "1"))), Refused.With("validation", "Labels"));
    }

    [Test]
    public void Additions_are_what_differs_and_fits()
    {
        var nine = Numbered(9);
        Assert.That(nine.AdditionsOf(Set(("y", "1"), ("x", "1"), ("key1", "1"), ("key2", "other"))), Is.EqualTo(Set(("key2", "other"), ("x", "1"))));
        Assert.That(nine.AdditionsOf(nine), Is.EqualTo(LabelSet.None));
        Assert.That(LabelSet.None.AdditionsOf(nine), Is.SameAs(nine));
    }

    [Test]
    public void Additions_can_always_be_added() => Gen.Select(Sets, Sets).Sample((set, others) =>
        set.AdditionsOf(others) is var added && set.CanAdd(added) && (!set.CanAdd(others) || set.With(added).Equals(set.With(others))));

    [Test]
    public void Common_labels_have_the_same_value()
    {
        var set = Set(("customer", "acme"), ("user", "dana"));
        Assert.That(set.CommonWith(Set(("customer", "acme"), ("user", "kim"), ("pr", "1"))), Is.EqualTo(Set(("customer", "acme"))));
        Assert.That(set.CommonWith(Set(("user", "dana"), ("customer", "acme"))), Is.SameAs(set));
        Assert.That(set.CommonWith(LabelSet.None), Is.EqualTo(LabelSet.None));
    }

    private static LabelSet Numbered(int count) => LabelSet.Of(Enumerable.Range(1, count).Select(number => KeyValuePair.Create($"key{number}", $"{number}")));

    private static LabelSet Set(params (string Key, string Value)[] labels) => LabelSet.Of(labels.Select(label => KeyValuePair.Create(label.Key, label.Value)));
}
