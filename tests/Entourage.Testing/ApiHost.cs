using Entourage.Application.Access;
using Entourage.Application.Retention;
using Entourage.Application.Sessions;
using Entourage.Application.Verification;
using Entourage.Infrastructure.Jobs;
using Entourage.Infrastructure.Persistence;
using MediatR;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Entourage.Testing;

/// <summary>The whole API on a loopback port of its own, over a database of its own, with a clock that the test sets.</summary>
public sealed class ApiHost : WebApplicationFactory<Program>
{
    private const string BootstrapKey = "Auth:BootstrapKey";

    private readonly TestDatabase database;
    private readonly bool ownsDatabase;
    private readonly IReadOnlyDictionary<string, string> settings;
    private readonly Action<IServiceCollection>? replace;

    private ApiHost(
        TestDatabase database, bool ownsDatabase, DateTimeOffset? now, IReadOnlyDictionary<string, string>? settings, Action<IServiceCollection>? replace)
    {
        (this.database, this.ownsDatabase, this.replace) = (database, ownsDatabase, replace);
        this.settings = settings ?? new Dictionary<string, string>();
        Clock = new FakeTimeProvider(now ?? new DateTimeOffset(2026, 6, 10, 12, 0, 0, TimeSpan.Zero));
        UseKestrel(0);
    }

    /// <summary>The server's clock. It stands still unless the test moves it.</summary>
    public FakeTimeProvider Clock { get; }

    /// <summary>The database behind it.</summary>
    public TestDatabase Database => database;

    /// <summary>Its client. Where requests need a key, it shows the first one.</summary>
    public ApiClient Api { get; private set; } = null!;

    /// <summary>Settings with which requests need a key, and the first of these.</summary>
    public static IReadOnlyDictionary<string, string> WithKeys { get; } =
        new Dictionary<string, string> { ["Auth:Mode"] = "Keys", [BootstrapKey] = "the-first-key-of-tests-0123456789" };

    /// <summary>Starts one on an empty database.</summary>
    /// <param name="store">Which kind of database.</param>
    /// <param name="now">What its clock says.</param>
    /// <param name="settings">Its configuration, besides the database.</param>
    /// <param name="replace">Puts something between the API and what it works with.</param>
    public static async Task<ApiHost> StartAsync(
        Store store, DateTimeOffset? now = null, IReadOnlyDictionary<string, string>? settings = null, Action<IServiceCollection>? replace = null) =>
        Start(new ApiHost(await TestDatabase.CreateAsync(store), ownsDatabase: true, now, settings, replace));

    /// <summary>Starts another replica on the database of one that is there.</summary>
    public static ApiHost StartBeside(ApiHost other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Start(new ApiHost(other.database, ownsDatabase: false, other.Clock.GetUtcNow(), other.settings, other.replace));
    }

    /// <summary>Recomputes all totals from the usage records, and puts right what differs if asked to.</summary>
    public Task<VerificationReport> VerifyAsync(bool repair = false) => SendAsync(new VerifyTotalsCommand(repair));

    /// <summary>Brings the cost summaries up to date, as a job does every second of a clock that moves.</summary>
    public Task SummariseAsync() => Services.GetServices<IHostedService>().OfType<SummariseJob>().Single().SummariseAsync(CancellationToken.None);

    /// <summary>Writes down when keys were last used, as a job does every minute of a clock that moves.</summary>
    public Task WriteKeyUsesAsync() => Services.GetServices<IHostedService>().OfType<KeyUseJob>().Single().WriteAsync(CancellationToken.None);

    /// <summary>Folds the usage records of an age.</summary>
    public Task<CompactionReport> CompactAsync(TimeSpan age) => SendAsync(new CompactUsageCommand(age));

    /// <summary>Sends a request as somebody.</summary>
    /// <param name="request">The request.</param>
    /// <param name="caller">Who; the product itself when null.</param>
    public async Task<T> SendAsync<T>(IRequest<T> request, Caller? caller = null)
    {
        await using var scope = Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallerContext>().Current = caller ?? Caller.Entourage;
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request);
    }

    /// <summary>Closes the sessions that nothing has been heard of for too long.</summary>
    public async Task AbandonAsync()
    {
        await using var scope = Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<AbandonedSessions>().CloseAsync(CancellationToken.None);
    }

    /// <summary>A client that shows a key, or none.</summary>
    public ApiClient ClientWith(string? key)
    {
        var client = CreateClient();
        client.Timeout = Patience.Limit;
        if (key is not null)
        {
            client.DefaultRequestHeaders.Add("X-API-Key", key);
        }

        return new(client);
    }

    /// <summary>How many rows a table has.</summary>
    public async Task<int> CountAsync(string table)
    {
        await using var scope = Services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<EntourageDb>().Database;
#pragma warning disable EF1002 // The name of a table, from a test.
        return await database.SqlQueryRaw<int>($"SELECT COUNT(*) AS \"Value\" FROM {table}").SingleAsync();
#pragma warning restore EF1002
    }

    /// <summary>Writes into the store behind the API's back.</summary>
    /// <returns>How many rows were changed.</returns>
    public async Task<int> ExecuteAsync(FormattableString sql)
    {
        await using var scope = Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<EntourageDb>().Database.ExecuteSqlAsync(sql);
    }

    /// <inheritdoc/>
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        // Clocks of tests make leaps: sessions that fall silent by that are closed where a test asks for it, and not behind its back.
        // All tests are one address, and try many a wrong key.
        var quiet = new Dictionary<string, string> { ["Jobs:AbandonedSessionsEverySeconds"] = "0", ["Limits:FailedKeysPerMinute"] = "0" };
        foreach (var (key, value) in database.Settings.Concat(quiet).Concat(settings))
        {
            builder.UseSetting(key, value);
        }

        builder.ConfigureServices(services =>
        {
            services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
            replace?.Invoke(services);
        });
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (ownsDatabase)
        {
            await database.DisposeAsync();
        }
    }

    private static ApiHost Start(ApiHost host)
    {
        host.StartServer();
        host.Api = host.ClientWith(host.settings.GetValueOrDefault(BootstrapKey));
        return host;
    }
}
