using Entourage.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>The charts of costs in a browser.</summary>
internal sealed class ChartTests : PageFixture
{
    private ILocator Probe => Page.Locator(".probe");

    private ILocator Values => Page.Locator(".probe .values");

    private static readonly DateTimeOffset Noon = new(2026, 6, 10, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public async Task A_day_is_shown_by_hour_and_split_by_the_grouping()
    {
        await Team.UseAsync(await Team.StartAsync(), 3m);
        var other = await Api.CreateAgentAsync(Team.Id, "eng-2", ApiClient.UnlistedModel);
        await Team.UseAsync(await Team.StartAsync(agent: other), 1m);
        await GoAsync($"/teams/{Team.Id}/costs?period=today");
        await Expect(Page.GetByRole(AriaRole.Img, new() { NameRegex = new(@"^Spent by hour: \$4\.00\.") })).ToBeVisibleAsync();
        await Expect(Page.Locator(".chart rect.column")).ToHaveCountAsync(2);
        await Expect(Page.Locator(".legend li")).ToHaveTextAsync([new System.Text.RegularExpressions.Regex(@"eng-1\s+\$3\.00"), new(@"eng-2\s+\$1\.00")]);
        await Page.Locator(".legend").GetByRole(AriaRole.Link, new() { Name = "eng-2" }).ClickAsync();
        await Expect(Page.Locator(".stat.hero .figure")).ToHaveTextAsync("$1.00");
        await ExpectGoodAsync();
    }

    [Test]
    public async Task Values_are_shown_under_the_pointer_and_by_the_arrow_keys()
    {
        await Team.UseAsync(await Team.StartAsync(), 3m);
        await Team.UseAsync(await Team.StartAsync(), 2m, Noon.AddDays(-1));
        await GoAsync($"/teams/{Team.Id}/costs");
        await Expect(Page.Locator(".chart rect.column")).ToHaveCountAsync(2);

        var box = (await Probe.BoundingBoxAsync())!;
        await Page.Mouse.MoveAsync(box.X + (box.Width * 6.5f / 7), box.Y + (box.Height / 2));
        await Expect(Values).ToContainTextAsync("Wed 10 Jun 2026");
        await Expect(Values).ToContainTextAsync("$3.00");
        await Page.Mouse.MoveAsync(0, 0);
        await Expect(Values).ToHaveCountAsync(0);

        await Probe.FocusAsync();
        await Expect(Values).ToContainTextAsync("Wed 10 Jun 2026");
        await Page.Keyboard.PressAsync("ArrowLeft");
        await Expect(Values).ToContainTextAsync("Tue 9 Jun 2026");
        await Expect(Probe).ToHaveAttributeAsync("aria-valuetext", "Tue 9 Jun 2026, Spent $2.00, eng-1 $2.00");
        await Page.Keyboard.PressAsync("Home");
        await Expect(Values).ToContainTextAsync("Thu 4 Jun 2026");
        await ExpectAccessibleAsync();
        await Page.Keyboard.PressAsync("Escape");
        await Expect(Values).ToHaveCountAsync(0);
    }

    [Test]
    public async Task A_range_is_compared_with_the_one_before()
    {
        await Team.UseAsync(await Team.StartAsync(), 3m);
        await Team.UseAsync(await Team.StartAsync(), 2m, Noon.AddDays(-7));
        await GoAsync($"/teams/{Team.Id}/costs");
        await Page.GetByLabel("Compare with").SelectOptionAsync("before");
        await Expect(Page.Locator(".chart line.before")).ToHaveCountAsync(1);
        await Expect(Page.Locator(".legend li").Last).ToContainTextAsync("$2.00");
        await Expect(Page.Locator(".stat.hero .note")).ToContainTextAsync("+50% from $2.00");
        Assert.That(Page.Url, Does.Contain("compare=before"));
    }

    [TestCase(4, "Cap $4.00")]
    [TestCase(900, "Cap $900.00 (above the scale)")]
    public async Task The_cap_is_always_in_view(decimal cap, string name)
    {
        await Team.ConfigureAsync(new { daily_cost_limit_usd = cap });
        await Team.UseAsync(await Team.StartAsync(), 1m);
        await GoLiveAsync($"/teams/{Team.Id}");
        await Expect(Page.Locator(".cap-name")).ToHaveTextAsync(name);
        await Expect(Page.Locator(".chart line.cap")).ToBeInViewportAsync();
    }
}
