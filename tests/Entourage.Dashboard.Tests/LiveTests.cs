using Entourage.Application.Errors;
using Entourage.Dashboard.Live;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>Old figures never look current.</summary>
internal sealed class LiveTests : PageFixture
{
    private readonly Breakage breakage = new();
    private int cut;

    protected override void Replace(IServiceCollection services)
    {
        services.AddSingleton(breakage);
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(BreakingBehavior<,>));
    }

    [Test]
    public async Task Figures_turn_grey_and_show_their_time_when_the_store_is_unavailable()
    {
        await Team.UseAsync(await Team.StartAsync(), 4.23m);
        await GoLiveAsync($"/teams/{Team.Id}");
        await Expect(Page.Locator(".stats")).ToHaveCSSAsync("filter", "none");
        breakage.IsOn = true;
        try
        {
            await Expect(Page.Locator(".live")).ToHaveTextAsync("Reconnecting, last update 12:00:00");
            await Expect(Figure("Spent today")).ToHaveTextAsync("$4.23");
            await Expect(Page.Locator(".stats")).ToHaveCSSAsync("filter", "grayscale(1)");

            // A request in the meantime shows the fault where it was made.
            await Button("Pause team").ClickAsync();
            await Expect(Dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("Database unavailable.");
            await Page.Keyboard.PressAsync("Escape");
        }
        finally
        {
            breakage.IsOn = false;
        }

        await Expect(Page.Locator(".live")).ToHaveTextAsync("Live");
        await Expect(Page.Locator(".stats")).ToHaveCSSAsync("filter", "none");
    }

    [TestCase("")]
    [TestCase("/alerts")]
    public async Task Grey_figures_are_legible(string page)
    {
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 10m });
        await Team.UseAsync(await Team.StartAsync(), 8m);
        await GoLiveAsync($"/teams/{Team.Id}{page}");
        breakage.IsOn = true;
        try
        {
            await Expect(Page.Locator(".live")).ToContainTextAsync("Reconnecting");
            await ExpectGoodAsync();
        }
        finally
        {
            breakage.IsOn = false;
        }
    }

    [Test]
    public async Task Figures_are_grey_while_the_connection_is_lost()
    {
        Expected = "";
        var sockets = new List<IWebSocketRoute>();
        await Page.RouteWebSocketAsync(new System.Text.RegularExpressions.Regex("/_blazor"), socket =>
        {
            if (Volatile.Read(ref cut) == 1)
            {
                _ = socket.CloseAsync();
                return;
            }

            sockets.Add(socket);
            _ = socket.ConnectToServer();
        });
        var session = await Team.StartAsync();
        await GoLiveAsync($"/teams/{Team.Id}");
        Volatile.Write(ref cut, 1);
        await sockets[^1].CloseAsync();
        await Expect(Page.Locator("#link")).ToContainTextAsync("Reconnecting. The figures are from");
        await Expect(Page.Locator(".stats")).ToHaveCSSAsync("filter", "grayscale(1)");
        await Expect(Page.Locator(".live")).ToBeHiddenAsync();

        await Team.UseAsync(session, 1m);
        Volatile.Write(ref cut, 0);
        await Expect(Figure("Spent today")).ToHaveTextAsync("$1.00");
        await Expect(Page.Locator("#link")).ToBeHiddenAsync();
        await Expect(Page.Locator(".live")).ToHaveTextAsync("Live");
    }

    [Test]
    public async Task Viewers_of_a_team_share_one_view_that_ends_with_the_last_of_them()
    {
        var views = Host.Services.GetRequiredService<TeamViews>();
        await GoLiveAsync($"/teams/{Team.Id}");

        // A page that an earlier test left may keep the view of another team for minutes.
        var open = views.Count;
        var second = await Page.Context.NewPageAsync();
        await second.GotoAsync($"/teams/{Team.Id}");
        await Expect(second.Locator(".live")).ToHaveTextAsync("Live");
        Assert.That(views.Count, Is.LessThanOrEqualTo(open));

        await second.CloseAsync();
        await GoLiveAsync($"/orgs/{Team.Organisation}");
        await Testing.Patience.UntilAsync(() => views.Count < open);
    }

    /// <summary>Whether the store is unavailable.</summary>
    private sealed class Breakage
    {
        private volatile bool isOn;

        public bool IsOn
        {
            get => isOn;
            set => isOn = value;
        }
    }

    /// <summary>Fails every request while the store is unavailable.</summary>
    private sealed class BreakingBehavior<TRequest, TResponse>(Breakage breakage) : IPipelineBehavior<TRequest, TResponse>
        where TRequest : notnull
    {
        public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next) =>
            breakage.IsOn ? throw new StoreUnavailableException("The store cannot be reached at present.") : next();
    }
}
