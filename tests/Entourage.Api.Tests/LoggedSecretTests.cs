using System.Collections.Concurrent;
using System.Diagnostics;
using Entourage.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Entourage.Api.Tests;

/// <summary>Whatever an operator asks the log for, no secret is in it.</summary>
internal sealed class LoggedSecretTests
{
    private const string Key = "ent_0000key0000that0000opens0000";
    private const string Password = "Pa55-word-of-the-store";

    // Everything of everybody, but for the trees that queries are compiled from: they are long, and the same whatever is asked.
    private static readonly Dictionary<string, string> Talkative = new()
    {
        ["Logging:LogLevel:Default"] = "Trace",
        ["Logging:LogLevel:Microsoft"] = "Trace",
        ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Trace",
        ["Logging:LogLevel:Microsoft.EntityFrameworkCore"] = "Trace",
        ["Logging:LogLevel:Microsoft.EntityFrameworkCore.Query"] = "Information",
    };

    [Test]
    public async Task Neither_keys_nor_secrets_of_webhooks_are_logged()
    {
        var log = new Log();
        await using var receiver = await WebhookReceiver.StartAsync();
        List<string> secrets = [Key];
        await using (var host = await ApiHost.StartAsync(Store.Sqlite, null, With(WebhookFixture.Settings), log.AddTo))
        {
            host.Api.Http.DefaultRequestHeaders.Add("X-API-Key", Key);
            host.Api.Http.DefaultRequestHeaders.Add("Authorization", $"Bearer {Key}");
            var team = await host.Api.CreateTeamAsync();
            var webhook = (await host.Api.PostAsync(
                $"/teams/{team.Id}/webhooks", new { url = receiver.Url, events = new[] { "settings" }, format = "json" })).Created;
            secrets.Add(webhook.Text("secret")!);
            secrets.Add(webhook.Text("secret")!.Split('_')[1]);
            await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
            await receiver.ReadAsync();
            _ = (await host.Api.GetAsync($"/webhooks/{webhook.Text("id")}")).Ok;
            _ = (await host.Api.PostAsync($"/webhooks/{webhook.Text("id")}/test", null)).Status;
            await receiver.ReadAsync();
            await host.Api.PostAsync("/orgs", "{");
            await host.Api.PostAsync("/sessions/start", new { agent_id = team.Agent });
        }

        log.Check(secrets);
    }

    [Test]
    public async Task The_password_of_the_store_is_not_logged_even_if_it_cannot_be_reached()
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
        foreach (var (key, value) in Talkative.Concat(away))
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();

        Assert.That(process.ExitCode, Is.EqualTo(1));
        Assert.That(await errors, Does.Contain("The store cannot be opened").And.Not.Contain(Password));
        Assert.That(await output, Does.Contain("dbug: Microsoft.EntityFrameworkCore").And.Not.Contain(Password));
    }

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> settings) => new(Talkative.Concat(settings));

    private sealed class Log : ILoggerProvider
    {
        private readonly ConcurrentQueue<string> lines = new();

        public void AddTo(IServiceCollection services) => services.AddLogging(logging => logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(this));

        public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

        public void Check(IReadOnlyList<string> secrets)
        {
            Assert.That(lines, Has.Some.Contains("Trace Microsoft.AspNetCore").And.Some.Contains("Debug Microsoft.EntityFrameworkCore"), "it has all that is said");
            Assert.That(lines.Where(line => secrets.Any(secret => line.Contains(secret, StringComparison.OrdinalIgnoreCase))), Is.Empty);
        }

        public void Dispose()
        {
        }

        private sealed class Logger(Log log, string category) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull
            {
                log.lines.Enqueue($"scope {Text(state)}");
                return null;
            }

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                log.lines.Enqueue($"{logLevel} {category}: {formatter(state, exception)} {Text(state)} {exception}");

            // What structured logs would have besides.
            private static string Text<TState>(TState state) =>
                state is IEnumerable<KeyValuePair<string, object?>> values ? string.Join(", ", values) : $"{state}";
        }
    }
}
