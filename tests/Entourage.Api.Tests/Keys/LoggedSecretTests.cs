using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Entourage.Api.Tests.Protection;
using Entourage.Api.Tests.Webhooks;
using Entourage.Testing;

namespace Entourage.Api.Tests.Keys;

/// <summary>The log contains no secret at any log level.</summary>
internal sealed partial class LoggedSecretTests
{
    private const string WrongKey = "ent_0000key0000_that0000opens0000nothing0000";
    private const string SlackPath = "/services/T0000SLACK/B0000SLACK/s3cretOfTheChannel0000";
    private const string LostPath = "/services/T0000SLACK/B0000SLACK/s3cretOfTheLost0000";

    // No server listens there.
    private const string NowhereUrl = "http://127.0.0.1:9";

    private const int SecretOfKey = 17; // the length of a key's public prefix
    private const string Password = "Pa55-word-of-the-store";

    [TestCase(true)]
    [TestCase(false)]
    public async Task Keys_secrets_and_webhook_addresses_are_not_logged(bool all)
    {
        using var log = new LogRecorder();
        await using var receiver = await WebhookReceiver.StartAsync();
        var settings = new Dictionary<string, string>(WebhookFixture.Settings.Concat(ApiHost.WithKeys).Concat(all ? LogRecorder.Talkative : new Dictionary<string, string>()));

        // A message that a slow machine sends too late would be sent again by the test's clock, which stands still.
        settings["Webhooks:TimeoutSeconds"] = "60";
        List<string> secrets = [WrongKey, ApiHost.WithKeys["Auth:BootstrapKey"], SlackPath, LostPath];
        await using (var host = await ApiHost.StartAsync(Store.Sqlite, null, settings, log.AddTo))
        {
            var team = await host.Api.CreateTeamAsync();
            foreach (var body in new object[]
            {
                new { name = "admin", role = "admin" },
                new { name = "lead", role = "lead", team_id = team.Id },
                new { name = "agent", role = "agent", agent_id = team.Agent },
            })
            {
                var key = (await host.Api.PostAsync("/keys", body)).Created.Text("key")!;
                secrets.AddRange([key, key[SecretOfKey..]]);
                await ShowAsync(host, key, HttpStatusCode.OK);
                await ShowAsync(host, key + "x", HttpStatusCode.Unauthorized);
            }

            await ShowAsync(host, WrongKey, HttpStatusCode.Unauthorized);
            foreach (var header in new[] { $"X-API-Key : {WrongKey}", $"Authorization Bearer {WrongKey}", $" X-API-Key: {WrongKey}" })
            {
                Assert.That(await SendRawAsync(host.Api.Http.BaseAddress!, header), Does.StartWith("HTTP/1.1 400"));
            }

            var webhook = await CreateWebhookAsync(team, receiver.Url, "json", secrets);
            var slack = await CreateWebhookAsync(team, receiver.Url + SlackPath, "slack", secrets);
            await CreateWebhookAsync(team, NowhereUrl + LostPath, "slack", secrets);
            await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
            await receiver.ReadAsync();
            await receiver.ReadAsync();
            foreach (var id in new[] { webhook, slack })
            {
                _ = (await host.Api.GetAsync($"/webhooks/{id}")).Ok;
                _ = (await host.Api.PostAsync($"/webhooks/{id}/test", null)).Status;
                await receiver.ReadAsync();
            }

            // Refused credentials are logged in more detail.
            await host.Api.PostAsync($"/teams/{team.Id}/webhooks", new { url = "ftp://127.0.0.1" + SlackPath, events = new[] { "settings" }, format = "slack" });
            await host.Api.PostAsync($"/teams/{team.Id}/webhooks", new { url = receiver.Url + SlackPath, events = new[] { SlackPath }, format = SlackPath });
            await host.Api.PostAsync($"/teams/{team.Id}/webhooks", $$"""{"url": "{{SlackPath}}", {""");
            await host.Api.PostAsync("/keys", new { name = "nobody", role = WrongKey });
            await host.Api.PostAsync("/orgs", "{");
            await host.Api.PostAsync("/sessions/start", new { agent_id = team.Agent });
        }

        Assert.That(log.Lines.Any(line => line.StartsWith("Trace Microsoft.AspNetCore", StringComparison.Ordinal)), Is.EqualTo(all));
        Assert.That(log.Lines.Any(line => line.StartsWith("Debug Microsoft.EntityFrameworkCore", StringComparison.Ordinal)), Is.EqualTo(all));
        var leaks = log.With(secrets);
        Assert.That(leaks, Is.Empty, string.Join("\n\n", leaks));
    }

    [Test]
    public async Task First_key_is_shown_on_the_console_and_not_logged()
    {
        await using var database = await TestDatabase.CreateAsync(Store.Sqlite);
        await using var process = await ApiProcess.StartAsync(database, settings: new Dictionary<string, string>(LogRecorder.Talkative)
        {
            ["Auth:Mode"] = "Keys",
            ["Logging:Console:FormatterName"] = "json",
        });
        var lines = (await process.EndAsync()).Split('\n');

        var shown = lines.Single(line => IssuedKey.IsMatch(line));
        Assert.That(shown, Does.Match(@"^\s+ent_\w+"), "on its own line");
        Assert.That(lines.Count(line => line.Contains(shown.Trim()[SecretOfKey..], StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(lines, Has.Some.StartsWith("{").And.Some.Contains("\"LogLevel\":\"Trace\""), "the log has entries");
    }

    [Test]
    public async Task Password_of_an_unreachable_store_is_not_logged()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Entourage.Api.dll"), "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var away = new Dictionary<string, string>
        {
            ["Database:Provider"] = "SqlServer",
            ["Database:MigrateOnStart"] = "false",
            ["ConnectionStrings:Entourage"] = $"Server=127.0.0.1,1;Database=entourage;User Id=sa;Password={Password};Connect Timeout=1;ConnectRetryCount=0",
        };
        foreach (var (key, value) in LogRecorder.Talkative.Concat(away))
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        using var process = Tether.Start(start);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();

        Assert.That(process.ExitCode, Is.EqualTo(1));
        Assert.That(await errors, Does.Contain("The store cannot be opened").And.Not.Contain(Password));
        Assert.That(await output, Does.Contain("dbug: Microsoft.EntityFrameworkCore").And.Not.Contain(Password));
    }

    /// <summary>Sends a key in either header and in both.</summary>
    private static async Task ShowAsync(ApiHost host, string key, HttpStatusCode status)
    {
        (string Name, string? Value)[] headers = [("X-API-Key", key), ("Authorization", $"Bearer {key}")];
        foreach (var sent in new[] { headers[..1], headers[1..], headers })
        {
            Assert.That((await host.ClientWith(null).SendAsync(HttpMethod.Get, "/guidelines", null, sent)).Status, Is.EqualTo(status));
        }
    }

    private static async Task<string> SendRawAsync(Uri address, string header)
    {
        using var connection = await RawConnection.OpenAsync(address);
        await connection.SendAsync($"GET /api/v1/guidelines HTTP/1.1\r\nHost: {address.Authority}\r\n{header}\r\n\r\n");
        return await connection.ReadAsync();
    }

    private static async Task<string> CreateWebhookAsync(TestTeam team, string url, string format, List<string> secrets)
    {
        var webhook = (await team.Api.PostAsync($"/teams/{team.Id}/webhooks", new { url, events = new[] { "settings" }, format })).Created;
        var secret = webhook.Text("secret")!;
        secrets.AddRange([secret, secret.Split('_')[1]]);
        return webhook.Text("id")!;
    }

    [GeneratedRegex("ent_[0-9a-f]{12}_[A-Za-z0-9_-]{43}")]
    private static partial Regex IssuedKey { get; }
}
