using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Access;

/// <summary>Tests with a server, an identity provider with some users, and two teams that its groups lead.</summary>
internal abstract class IdentityProviderFixture
{
    protected const string Refused = "/sign-in?refused=";

    protected IdentityProvider Provider { get; private set; } = null!;

    protected TestDatabase Database { get; private set; } = null!;

    protected TestTeam First { get; private set; } = null!;

    protected TestTeam Second { get; private set; } = null!;

    protected ApiHost Host { get; private set; } = null!;

    protected Dictionary<string, string> Settings => Provider.Settings(
        ("second", "lead", Second.Id), ("first", "lead", First.Id), ("gone", "lead", Guid.CreateVersion7().ToString()), ("platform", "admin", null));

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        Provider = await IdentityProvider.StartAsync();
        Database = await TestDatabase.CreateAsync(Store.Sqlite);

        // Mappings name teams, so the teams come first.
        await using (var before = ApiHost.StartOn(Database, ApiHost.WithKeys))
        {
            (First, Second) = (await before.Api.CreateTeamAsync(), await before.Api.CreateTeamAsync());
        }

        Provider.Users["ada"] = ["everyone", "platform"];
        Provider.Users["lena"] = ["everyone", "first"];
        Provider.Users["both"] = ["first", "second"];
        Provider.Users["boss"] = ["first", "platform"];
        Provider.Users["guest"] = ["everyone"];
        Provider.Users["gone"] = ["gone"];
        Host = ApiHost.StartOn(Database, Settings);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await Host.DisposeAsync();
        await Database.DisposeAsync();
        await Provider.DisposeAsync();
    }

    protected static async Task<HttpStatusCode> StatusAsync(BrowserClient browser, string path)
    {
        using var answer = await browser.GetAsync(path);
        return answer.StatusCode;
    }
}
