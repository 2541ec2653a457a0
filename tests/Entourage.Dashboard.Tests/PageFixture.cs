using Entourage.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>Page tests with a new team for each test.</summary>
internal abstract class PageFixture : DashboardFixture
{
    protected TestTeam Team { get; private set; } = null!;

    [SetUp]
    public async Task CreateAsync() => Team = await Api.CreateTeamAsync(model: ApiClient.UnlistedModel);

    /// <summary>Finds a section by its heading.</summary>
    protected ILocator Region(string name) => Page.GetByRole(AriaRole.Region, new() { Name = name, Exact = true });

    /// <summary>Finds a table row in a section by its header cell.</summary>
    protected ILocator Row(string region, string header) =>
        Region(region).GetByRole(AriaRole.Row).Filter(new() { Has = Page.GetByRole(AriaRole.Rowheader, new() { Name = header }) });

    /// <summary>Finds a figure at the top of a page by its name.</summary>
    protected ILocator Figure(string name) => Stat(name).Locator(".figure");

    /// <summary>Finds the note below a figure by the figure's name.</summary>
    protected ILocator Note(string name) => Stat(name).Locator(".note");

    /// <summary>The dialog that is open.</summary>
    protected ILocator Dialog => Page.GetByRole(AriaRole.Dialog);

    /// <summary>Opens a dialog and waits until it has the focus. Input before that would be lost.</summary>
    protected async Task OpenDialogAsync(string button)
    {
        await Button(button).ClickAsync();
        await Expect(Dialog.Locator(":focus")).ToHaveCountAsync(1);
    }

    /// <summary>Finds the error of a field by the field's label.</summary>
    protected ILocator ErrorOf(string label) => Page.Locator(".field", new() { Has = Page.GetByLabel(label, new() { Exact = true }) }).Locator(".wrong");

    /// <summary>Expects that the page is accessible in light on a desk and in dark on a phone.</summary>
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
