using Entourage.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>Tests of pages of one team, new for each test.</summary>
internal abstract class PageFixture : DashboardFixture
{
    protected TestTeam Team { get; private set; } = null!;

    [SetUp]
    public async Task CreateAsync() => Team = await Api.CreateTeamAsync(model: ApiClient.UnlistedModel);

    /// <summary>A section, by its heading.</summary>
    protected ILocator Region(string name) => Page.GetByRole(AriaRole.Region, new() { Name = name, Exact = true });

    /// <summary>A row of a table in a section, by what it is of.</summary>
    protected ILocator Row(string region, string header) =>
        Region(region).GetByRole(AriaRole.Row).Filter(new() { Has = Page.GetByRole(AriaRole.Rowheader, new() { Name = header }) });

    /// <summary>A figure at the top of a page, by its name.</summary>
    protected ILocator Figure(string name) => Stat(name).Locator(".figure");

    /// <summary>What puts a figure in proportion.</summary>
    protected ILocator Note(string name) => Stat(name).Locator(".note");

    /// <summary>A button, wherever it is.</summary>
    protected ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>The dialog that is open.</summary>
    protected ILocator Dialog => Page.GetByRole(AriaRole.Dialog);

    /// <summary>Opens a dialog, and waits until it has the keyboard: what is typed before goes elsewhere.</summary>
    protected async Task OpenDialogAsync(string button)
    {
        await Button(button).ClickAsync();
        await Expect(Dialog.Locator(":focus")).ToHaveCountAsync(1);
    }

    /// <summary>What is said beside a field, by the field's label.</summary>
    protected ILocator Wrong(string label) => Page.Locator(".field", new() { Has = Page.GetByLabel(label, new() { Exact = true }) }).Locator(".wrong");

    /// <summary>The page can be read by everybody: in light on a desk, in dark on a phone.</summary>
    protected async Task ExpectGoodAsync()
    {
        await ExpectAccessibleAsync();
        await Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await Page.SetViewportSizeAsync(Phone.Width, Phone.Height);
        await ExpectNoSidewaysScrollAsync();
        await ExpectAccessibleAsync();
    }

    private ILocator Stat(string name) => Page.Locator(".stat").Filter(new() { Has = Page.GetByText(name, new() { Exact = true }) });
}
