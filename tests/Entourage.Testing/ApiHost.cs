using Entourage.Application.Access;
using Entourage.Application.Retention;
using Entourage.Application.Sessions;
using Entourage.Application.Verification;
using Entourage.Infrastructure.Jobs;
using Entourage.Infrastructure.Persistence;
using Entourage.Testing.Conformance;
using MediatR;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Microsoft.OpenApi;

namespace Entourage.Testing;

/// <summary>The whole API on a loopback port, with its own database and a clock that the test sets.</summary>
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

    /// <summary>The server's clock. It stands still unless the test advances it.</summary>
    public FakeTimeProvider Clock { get; }

    /// <summary>The server's database.</summary>
    public TestDatabase Database => database;

    /// <summary>A client of the server, with the bootstrap key if requests need one.</summary>
    public ApiClient Api { get; private set; } = null!;

    /// <summary>Settings that require keys and set the bootstrap key.</summary>
    public static IReadOnlyDictionary<string, string> WithKeys { get; } =
        new Dictionary<string, string> { ["Auth:Mode"] = "Keys", [BootstrapKey] = "the-first-key-of-tests-0123456789" };

    /// <summary>Starts a server on an empty database.</summary>
    /// <param name="store">The kind of database.</param>
    /// <param name="now">The time of its clock.</param>
    /// <param name="settings">Further settings.</param>
    /// <param name="replace">Replaces services.</param>
    public static async Task<ApiHost> StartAsync(
        Store store, DateTimeOffset? now = null, IReadOnlyDictionary<string, string>? settings = null, Action<IServiceCollection>? replace = null) =>
        Start(new ApiHost(await TestDatabase.CreateAsync(store), ownsDatabase: true, now, settings, replace));

    /// <summary>Starts a server on a database that outlives it, with the machine's time.</summary>
    public static ApiHost StartOn(TestDatabase database, IReadOnlyDictionary<string, string>? settings = null) =>
        Start(new ApiHost(database, ownsDatabase: false, TimeProvider.System.GetUtcNow(), settings, replace: null));

    /// <summary>Starts another replica on the database of a running server.</summary>
    public static ApiHost StartBeside(ApiHost other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Start(new ApiHost(other.database, ownsDatabase: false, other.Clock.GetUtcNow(), other.settings, other.replace));
    }

    /// <summary>Recomputes all totals from the usage records, and optionally repairs differences.</summary>
    public Task<VerificationReport> VerifyAsync(bool repair = false) => SendAsync(new VerifyTotalsCommand(repair));

    /// <summary>Updates the cost summaries, as a job does every second.</summary>
    public Task SummariseAsync() => Services.GetServices<IHostedService>().OfType<SummariseJob>().Single().SummariseAsync(CancellationToken.None);

    /// <summary>Stores when keys were last used, as a job does every minute.</summary>
    public Task WriteKeyUsesAsync() => Services.GetServices<IHostedService>().OfType<KeyUseJob>().Single().WriteAsync(CancellationToken.None);

    /// <summary>Compacts usage records older than an age.</summary>
    public Task<CompactionReport> CompactAsync(TimeSpan age) => SendAsync(new CompactUsageCommand(age));

    /// <summary>Sends a request on behalf of a caller.</summary>
    /// <param name="request">The request.</param>
    /// <param name="caller">The caller; Entourage itself if null.</param>
    public async Task<T> SendAsync<T>(IRequest<T> request, Caller? caller = null)
    {
        await using var scope = Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallerContext>().Current = caller ?? Caller.Entourage;
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request);
    }

    /// <summary>Closes sessions that have been silent for too long.</summary>
    public async Task AbandonAsync()
    {
        await using var scope = Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<AbandonedSessions>().CloseAsync(CancellationToken.None);
    }

    /// <summary>A client with a key, or without one if null.</summary>
    public ApiClient ClientWith(string? key)
    {
        var client = CreateDefaultClient(CheckConformance());
        client.Timeout = Patience.Limit;
        if (key is not null)
        {
            client.DefaultRequestHeaders.Add("X-API-Key", key);
        }

        return new(client);
    }

    /// <summary>Creates a handler that compares every answer with the API's description.</summary>
    /// <param name="inner">The handler that sends the requests; null if it is added later.</param>
    public DelegatingHandler CheckConformance(HttpMessageHandler? inner = null)
    {
        var handler = new ConformanceHandler(async () =>
        {
            var document = await Services.GetRequiredKeyedService<IOpenApiDocumentProvider>("v1").GetOpenApiDocumentAsync();
            return await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1);
        });
        if (inner is not null)
        {
            handler.InnerHandler = inner;
        }

        return handler;
    }

    /// <summary>Counts the rows of a table, which may be followed by a condition.</summary>
    public async Task<int> CountAsync(string table)
    {
        await using var scope = Services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<EntourageDb>().Database;
#pragma warning disable EF1002 // A table name from a test.
        return await database.SqlQueryRaw<int>($"SELECT COUNT(*) AS \"Value\" FROM {table}").SingleAsync();
#pragma warning restore EF1002
    }

    /// <summary>Changes the store directly, behind the API's back.</summary>
    /// <returns>The number of changed rows.</returns>
    public async Task<int> ExecuteAsync(FormattableString sql)
    {
        await using var scope = Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<EntourageDb>().Database.ExecuteSqlAsync(sql);
    }

    /// <inheritdoc/>
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        // Tests advance clocks in leaps, so sessions are abandoned only where a test asks for it.
        // All tests share one address and try many wrong keys.
        var quiet = new Dictionary<string, string>
        {
            ["Jobs:AbandonedSessionsEverySeconds"] = "0",
            ["Limits:FailedKeysPerMinute"] = "0",
        };
        foreach (var (key, value) in database.Settings.Concat(Patience.Settings).Concat(quiet).Concat(settings))
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
