using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Commands;

/// <summary>A command migrates the schema for servers without the right to change it.</summary>
internal sealed class MigrateCommandTests(Store store) : DatabaseFixture(store)
{
    private static readonly Dictionary<string, string> WithoutMigrations = new() { ["Database:MigrateOnStart"] = "false" };

    [Test]
    public async Task Server_that_does_not_migrate_serves_a_store_migrated_by_the_command()
    {
        var (first, said) = await ApiProcess.RunAsync(Database, "migrate", "--Database:MigrateOnStart=false");
        Assert.That(first, Is.Zero, said);
        Assert.That(said, Does.Match(@"^The schema is up to date\. Migrations applied: \d+\.\s*$"));
        var (second, again) = await ApiProcess.RunAsync(Database, "migrate");
        Assert.That((second, again), Is.EqualTo((0, "The schema is up to date." + Environment.NewLine)));

        await using var host = ApiHost.StartOn(Database, WithoutMigrations);
        Assert.That((await host.Api.Http.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await host.Api.GetAsync("/prices")).Ok.AsArray(), Is.Not.Empty);
    }
}
