using System.Net;
using System.Text.RegularExpressions;
using Entourage.Testing;

namespace Entourage.Api.Tests.Commands;

/// <summary>An operator with access to the store gets in again after losing the last admin key.</summary>
internal sealed partial class IssueKeyTests(Store store) : DatabaseFixture(store)
{
    private const string Lost = "the-admin-key-that-is-lost-0123456789";

    private static readonly Dictionary<string, string> Settings = new() { ["Auth:Mode"] = "Keys", ["Auth:BootstrapKey"] = Lost };

    [Test]
    public async Task Key_issued_on_the_console_works_at_once_and_revokes_the_lost_one()
    {
        await using var process = await ApiProcess.StartAsync(Database, settings: Settings);
        var (exitCode, output) = await ApiProcess.RunAsync(Database, "issue-key", "in an emergency");
        Assert.That(exitCode, Is.Zero, output);
        var key = IssuedKey.Matches(output).Single().Value;

        var keys = (await SendAsync(process, key, HttpMethod.Get, "/keys")).Ok.AsArray();
        var made = keys.Single(one => one!.Text("name") == "in an emergency")!;
        Assert.That((made.Text("role"), made.Text("created_by"), made.Text("expires_at")), Is.EqualTo(("admin", "entourage", default(string))));
        var entry = (await SendAsync(process, key, HttpMethod.Get, $"/audit?subject=key:{made.Text("id")}")).Ok.AsArray().Single()!;
        Assert.That((entry.Text("action"), entry.Text("actor")), Is.EqualTo(("key_created", "entourage")));
        Assert.That(entry.ToJsonString(), Does.Not.Contain(key));

        var lost = keys.Single(one => one!.Text("name") == "bootstrap")!.Text("id");
        Assert.That((await SendAsync(process, key, HttpMethod.Delete, $"/keys/{lost}")).Status, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((await SendAsync(process, Lost, HttpMethod.Get, "/keys")).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await process.EndAsync(), Does.Not.Contain(key));
    }

    [Test]
    public async Task No_key_is_issued_without_a_store_or_a_valid_name()
    {
        Assert.That((await ApiProcess.RunAsync(Database, "issue-key", "ops")).ExitCode, Is.EqualTo(1), "there is no store");
        Assert.That(Store == Store.Sqlite && File.Exists(Database.FilePath), Is.False, "and none is created");
        await using var host = ApiHost.StartOn(Database, Settings);
        foreach (var arguments in new string[][] { ["issue-key"], ["issue-key", "--Auth:Mode=Keys"], ["issue-key", new string('x', 201)], ["issue-key", " "], ["issue-key", "two\nlines"] })
        {
            var (exitCode, output) = await ApiProcess.RunAsync(Database, arguments);
            Assert.That((exitCode, IssuedKey.IsMatch(output)), Is.EqualTo((1, false)), output);
        }

        Assert.That((await host.Api.GetAsync("/keys")).Ok.AsArray(), Has.Count.EqualTo(1));
    }

    private static Task<Answer> SendAsync(ApiProcess process, string key, HttpMethod method, string path) =>
        process.Api.SendAsync(method, path, null, ("X-API-Key", key));

    [GeneratedRegex("ent_[0-9a-f]{12}_[A-Za-z0-9_-]{43}")]
    private static partial Regex IssuedKey { get; }
}
