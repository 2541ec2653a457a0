using System.Collections.Concurrent;
using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Entourage.Application.Errors;
using Entourage.Application.Keys;
using Entourage.Testing;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Entourage.Api.Tests.Access;

/// <summary>The first key of a server, when a server requires keys, and which other credentials it accepts.</summary>
internal sealed class SignInTests
{
    private const string Issuer = TestAuthority.Issuer;
    private const string Audience = TestAuthority.Audience;

    [Test]
    public async Task Only_one_of_many_replicas_that_start_together_issues_the_first_key()
    {
        await using var host = await ApiHost.StartAsync(Store.Sqlite);
        await using var beside = ApiHost.StartBeside(host);
        var texts = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(() => EnsureAsync(number % 2 == 0 ? host : beside, null))));
        Assert.That(texts.Count(text => text is not null), Is.EqualTo(1));
        Assert.That(await host.CountAsync("ApiKeys"), Is.EqualTo(1));
        Assert.That((await host.Services.GetRequiredService<KeyRing>().FindAsync(texts.Single(text => text is not null)!, default))?.IsAdmin, Is.True);

        // A bootstrap key applies only to a store without keys.
        Assert.That(await EnsureAsync(host, "chosen-by-the-operator-0123456789"), Is.Null);
        Assert.That(await host.CountAsync("ApiKeys"), Is.EqualTo(1));
    }

    [Test]
    public async Task Restart_does_not_restore_a_revoked_bootstrap_key()
    {
        const string Chosen = "chosen-by-the-operator-0123456789";
        await using var host = await ApiHost.StartAsync(Store.Sqlite);
        Assert.That(await EnsureAsync(host, Chosen), Is.Null);
        var id = (await host.Api.GetAsync("/keys")).Ok[0]!.Text("id");
        await host.Api.SendAsync(HttpMethod.Delete, $"/keys/{id}", null);
        Assert.That(async () => await EnsureAsync(host, Chosen), Throws.TypeOf<InvalidInputException>());
        Assert.That(await EnsureAsync(host, null), Is.Not.Null, "whoever starts the server gets a new key");
    }

    [Test]
    public async Task Server_that_others_can_reach_requires_keys()
    {
        await using var database = await TestDatabase.CreateAsync(Store.Sqlite);
        var (exitCode, _) = await ApiProcess.RunAsync(database, "--urls", "http://0.0.0.0:0", "--Auth:Mode", "Open");
        Assert.That(exitCode, Is.EqualTo(1));

        var settings = new Dictionary<string, string> { ["urls"] = "http://127.0.0.1:0;http://0.0.0.0:0", ["Auth:BootstrapKey"] = "chosen-by-the-operator-0123456789" };
        await using var process = await ApiProcess.StartAsync(database, settings: settings);
        Assert.That((await process.Api.GetAsync("/orgs")).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await process.Api.SendAsync(HttpMethod.Get, "/orgs", null, ("X-API-Key", settings["Auth:BootstrapKey"]))).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Store_and_log_contain_no_secret()
    {
        var lines = new Lines();
        var settings = new Dictionary<string, string>(ApiHost.WithKeys);
        foreach (var category in new[] { "Default", "Microsoft", "Microsoft.Hosting.Lifetime", "Microsoft.EntityFrameworkCore", "Entourage.Api.Auth" })
        {
            settings[$"Logging:LogLevel:{category}"] = "Trace";
        }

        await using var host = await ApiHost.StartAsync(Store.Sqlite, settings: settings, replace: services =>
        {
            services.RemoveAll<ILoggerProvider>();
            services.AddSingleton<ILoggerProvider>(lines);
        });
        var made = (await host.Api.PostAsync("/keys", new { name = "admin", role = "admin" })).Created.Text("key")!;
        var client = host.ClientWith(made);
        await client.GetAsync("/orgs");
        await client.PostAsync("/keys", new { name = "admin", role = "nobody" });
        await host.ClientWith(made + "x").GetAsync("/orgs");

        var log = string.Join('\n', lines.All);
        Assert.That(log, Does.Contain("/api/v1/keys"), "the log has entries");
        var files = Directory.GetFiles(Path.GetDirectoryName(new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder(host.Database.ConnectionString).DataSource)!);
        foreach (var secret in new[] { made, made["ent_000000000000_".Length..], settings["Auth:BootstrapKey"] })
        {
            Assert.That(log.Contains(secret, StringComparison.Ordinal), Is.False, "in the log");
            foreach (var file in files.Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)))
            {
                await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                var bytes = new byte[stream.Length];
                await stream.ReadExactlyAsync(bytes);
                Assert.That(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)), Is.Negative, file);
            }
        }
    }

    [Test]
    public async Task Person_signs_in_with_a_token_of_the_authority()
    {
        using var ours = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var theirs = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (key, foreign) = (new ECDsaSecurityKey(ours) { KeyId = "1" }, new ECDsaSecurityKey(theirs) { KeyId = "1" });
        await using var host = await StartWithAuthorityAsync(key);
        var team = await host.Api.CreateTeamAsync();
        var other = await host.Api.CreateTeamAsync();

        var admin = await SendAsync(key, $"/teams/{team.Id}", ("entourage_role", "admin"));
        var lead = await SendAsync(key, $"/teams/{team.Id}/costs", ("entourage_role", "lead"), ("entourage_team", team.Id));
        Assert.That((admin, lead), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.OK)));
        Assert.That(await SendAsync(key, $"/teams/{other.Id}", ("entourage_role", "lead"), ("entourage_team", team.Id)), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await SendAsync(key, "/orgs", ("entourage_role", "lead"), ("entourage_team", Guid.CreateVersion7().ToString())), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await SendAsync(key, "/orgs", ("entourage_role", "owner")), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await SendAsync(key, "/orgs"), Is.EqualTo(HttpStatusCode.Forbidden));

        Assert.That(await SendAsync(foreign, "/orgs", ("entourage_role", "admin")), Is.EqualTo(HttpStatusCode.Unauthorized), "signed with another key");
        Assert.That(await StatusAsync(host, Token(key, "another", Issuer, 5, ("entourage_role", "admin")), "/orgs"), Is.EqualTo(HttpStatusCode.Unauthorized), "for another audience");
        Assert.That(await StatusAsync(host, Token(key, Audience, "https://other.example.com/", 5, ("entourage_role", "admin")), "/orgs"), Is.EqualTo(HttpStatusCode.Unauthorized), "from another issuer");
        Assert.That(await StatusAsync(host, Token(key, Audience, Issuer, -10, ("entourage_role", "admin")), "/orgs"), Is.EqualTo(HttpStatusCode.Unauthorized), "expired");
        Assert.That(await StatusAsync(host, Token(key, Audience, Issuer, 5, ("entourage_role", "admin")).Split('.')[0] + ".e30.", "/orgs"), Is.EqualTo(HttpStatusCode.Unauthorized), "unsigned");

        // Keys are still accepted, in either header.
        Assert.That(await StatusAsync(host, ApiHost.WithKeys["Auth:BootstrapKey"], "/orgs"), Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await host.Api.GetAsync("/orgs")).Status, Is.EqualTo(HttpStatusCode.OK));

        Task<HttpStatusCode> SendAsync(SecurityKey by, string path, params (string, string)[] claims) => StatusAsync(host, Token(by, Audience, Issuer, 5, claims), path);
    }

    private static async Task<string?> EnsureAsync(ApiHost host, string? given)
    {
        await using var scope = host.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<FirstKey>().EnsureAsync(given, CancellationToken.None);
    }

    private static Task<ApiHost> StartWithAuthorityAsync(SecurityKey key) => ApiHost.StartAsync(
        Store.Sqlite,
        settings: TestAuthority.Settings,
        replace: services => services.PostConfigure<JwtBearerOptions>("jwt", options =>
        {
            // The metadata that the authority would publish.
            var configuration = new OpenIdConnectConfiguration { Issuer = Issuer };
            configuration.SigningKeys.Add(key);
            options.ConfigurationManager = new StaticConfigurationManager<OpenIdConnectConfiguration>(configuration);
        }));

    private static string Token(SecurityKey key, string audience, string issuer, int minutes, params (string Type, string Value)[] claims)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Audience = audience,
            Issuer = issuer,
            IssuedAt = now.AddHours(-1),
            NotBefore = now.AddHours(-1),
            Expires = now.AddMinutes(minutes),
            Subject = new ClaimsIdentity([new("sub", "ada"), .. claims.Select(claim => new Claim(claim.Type, claim.Value))]),
            SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256),
        });
    }

    private static async Task<HttpStatusCode> StatusAsync(ApiHost host, string bearer, string path) =>
        (await host.ClientWith(null).SendAsync(HttpMethod.Get, path, null, ("Authorization", $"Bearer {bearer}"))).Status;

    /// <summary>Keeps all log lines.</summary>
    private sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> All { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            All.Enqueue($"{state}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
