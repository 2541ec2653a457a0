using Entourage.Domain.Tasks;

namespace Entourage.Domain.Tests.Tasks;

internal sealed class SpendGuidelineTests
{
    [TestCase(0, "Typo / config fix", TaskType.Config, "0.10", "0.50", "1.00")]
    [TestCase(1, "Bug fix", TaskType.Bugfix, "0.50", "3.00", "5.00")]
    [TestCase(2, "Small feature", TaskType.SmallFeature, "2.00", "8.00", "15.00")]
    [TestCase(3, "Large feature", TaskType.LargeFeature, "5.00", "20.00", "30.00")]
    [TestCase(4, "Daily team total", null, "10.00", "50.00", "100.00")]
    public void The_guidelines_match_the_product_description(int row, string name, TaskType? type, string from, string to, string redFlag)
    {
        var guideline = SpendGuideline.All[row];
        Assert.That((guideline.Name, guideline.TaskType), Is.EqualTo((name, type)));
        Assert.That(
            (guideline.ReasonableFrom.ToString(), guideline.ReasonableTo.ToString(), guideline.RedFlagAbove.ToString()),
            Is.EqualTo((from, to, redFlag)));
    }

    [Test]
    public void There_are_five_guidelines() => Assert.That(SpendGuideline.All, Has.Count.EqualTo(5));

    [Test]
    public void A_red_flag_is_above_the_reasonable_range() =>
        Assert.That(
            SpendGuideline.All,
            Has.All.Matches<SpendGuideline>(row => row!.ReasonableFrom < row.ReasonableTo && row.ReasonableTo < row.RedFlagAbove));

    [TestCase(TaskType.Config, "Typo / config fix")]
    [TestCase(TaskType.Bugfix, "Bug fix")]
    [TestCase(TaskType.SmallFeature, "Small feature")]
    [TestCase(TaskType.LargeFeature, "Large feature")]
    [TestCase(TaskType.Feature, "Large feature")]
    [TestCase(TaskType.Chore, null)]
    [TestCase(TaskType.Other, null)]
    public void Each_task_type_has_its_guideline(TaskType type, string? name) => Assert.That(SpendGuideline.For(type)?.Name, Is.EqualTo(name));
}
