using System.Net;
using Entourage.Application.Errors;
using Entourage.Application.Keys;
using Entourage.Application.Ledger;
using Entourage.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Entourage.Api.Tests.Gateway;

/// <summary>Calls while the store is unavailable: refused by default, or let through and recorded once it is back.</summary>
[TestFixtureSource(typeof(Stores), nameof(Stores.All))]
internal sealed class StoreOutageTests(Store store)
{
    private const string ProviderKey = "sk-of-the-provider";

    // 1,000 input and 10 output tokens.
    private const decimal CallUsd = 0.00315m;

    private readonly Outage outage = new();
    private FakeProvider provider = null!;
    private ApiHost host = null!;
    private TestTeam team = null!;
    private string key = null!;

    [TearDown]
    public async Task StopAsync()
    {
        outage.IsOn = false;
        await (host?.DisposeAsync() ?? default);
        await (provider?.DisposeAsync() ?? default);
    }

    [Test]
    public async Task Call_is_refused_by_default()
    {
        await StartAsync(failOpen: false);
        await CallAsync();
        outage.IsOn = true;

        Assert.That(await CallAsync(), Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(provider.Calls, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Calls_are_let_through_and_recorded_once_the_store_is_back()
    {
        await StartAsync(failOpen: true);
        await CallAsync();
        outage.IsOn = true;

        for (var call = 0; call < 5; call++)
        {
            Assert.That(await CallAsync(), Is.EqualTo(HttpStatusCode.OK));
        }

        outage.IsOn = false;
        await UntilSpentAsync(6 * CallUsd);
        Assert.That(await CountCallsAsync(), Is.EqualTo(6));
        Assert.That((await host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Caps_hold_again_once_the_store_is_back()
    {
        await StartAsync(failOpen: true);
        await CallAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 2 * CallUsd });
        outage.IsOn = true;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => CallAsync()));
        outage.IsOn = false;
        await UntilSpentAsync(5 * CallUsd);

        Assert.That(await CallAsync(), Is.EqualTo(HttpStatusCode.PaymentRequired));
        Assert.That((await host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Call_that_was_reserved_before_is_settled_exactly()
    {
        await StartAsync(failOpen: false);
        await CallAsync();
        var answer = provider.Answer;
        provider.Answer = async (context, body) =>
        {
            outage.IsOn = true;
            await answer(context, body);
        };

        Assert.That(await CallAsync(), Is.EqualTo(HttpStatusCode.OK));

        outage.IsOn = false;
        await UntilSpentAsync(2 * CallUsd);
        Assert.That((await team.BudgetAsync()).Usd("reserved_usd"), Is.Zero);
    }

    [Test]
    public async Task Reservation_of_a_call_that_the_provider_refused_is_released()
    {
        await StartAsync(failOpen: false);
        provider.Answer = (context, _) =>
        {
            outage.IsOn = true;
            return FakeProvider.AnswerJsonAsync(context, """{"type":"error"}""", status: 529);
        };

        await CallAsync();
        Assert.That(await GatewayFixture.CountRunningAsync(host), Is.EqualTo(1));

        outage.IsOn = false;
        await Patience.UntilAsync(async () => (await team.BudgetAsync()).Usd("reserved_usd") == 0m);
        Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.Zero);
    }

    [Test]
    public async Task Provider_error_during_an_outage_costs_nothing()
    {
        await StartAsync(failOpen: true);
        await CallAsync();
        outage.IsOn = true;
        var answer = provider.Answer;
        provider.Answer = (context, _) => FakeProvider.AnswerJsonAsync(context, """{"type":"error"}""", status: 529);
        await CallAsync();
        provider.Answer = answer;
        await CallAsync();
        outage.IsOn = false;

        await UntilSpentAsync(2 * CallUsd);
        Assert.That(await CountCallsAsync(), Is.EqualTo(2));
    }

    [TestCase("X-Entourage-Session", "999999")]
    [TestCase("x-claude-code-session-id", "a-conversation")]
    public async Task Session_of_a_call_is_found_afterwards(string header, string value)
    {
        await StartAsync(failOpen: true);
        await CallAsync();
        outage.IsOn = true;
        Assert.That(await CallAsync((header, value)), Is.EqualTo(HttpStatusCode.OK));
        outage.IsOn = false;

        await UntilSpentAsync(2 * CallUsd);
    }

    [Test]
    public async Task Only_keys_that_were_valid_before_are_let_through()
    {
        await StartAsync(failOpen: true);
        await CallAsync();
        outage.IsOn = true;

        Assert.That(await CallAsync(("x-api-key", "ent_" + new string('x', 40))), Is.AnyOf(HttpStatusCode.ServiceUnavailable, HttpStatusCode.Unauthorized));
        Assert.That(await CallAsync(), Is.EqualTo(HttpStatusCode.OK));
        using var settings = await host.ClientWith(key).Http.GetAsync(new Uri($"/api/v1/agents/{team.Agent}/budget", UriKind.Relative));
        Assert.That(settings.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable), "other routes stay closed");
    }

    [Test]
    public async Task Call_that_cannot_be_metered_is_refused_during_an_outage_too()
    {
        await StartAsync(failOpen: true);
        await CallAsync();
        outage.IsOn = true;

        Assert.That(await CallAsync("""{"model":"two\nlines","max_tokens":10,"messages":[]}"""), Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(provider.Calls, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Log_tells_the_usage_of_each_call_until_it_is_recorded()
    {
        var log = new LogRecorder();
        await StartAsync(failOpen: true, log.AddTo);
        await CallAsync();
        // Otherwise the outage may delay the record of the first call, too.
        await UntilSpentAsync(CallUsd);
        outage.IsOn = true;
        await CallAsync();
        outage.IsOn = false;
        await UntilSpentAsync(2 * CallUsd);

        await Patience.UntilAsync(() => Task.FromResult(log.With(["The store is available again. 1 calls were recorded"]).Count > 0));
        Assert.That(
            log.With(["without a check of the budgets"]).Single(),
            Does.Contain($"agent {team.Agent}").And.Contain("1000 input, 10 output, 0 cache-read and 0 cache-write tokens"));
    }

    private async Task StartAsync(bool failOpen, Action<IServiceCollection>? replace = null)
    {
        provider = await FakeProvider.StartAsync();
        provider.Answer = (context, _) => FakeProvider.AnswerJsonAsync(
            context, $$$"""{"id":"msg","model":"{{{ApiClient.ListedModel}}}","content":[],"usage":{"input_tokens":1000,"output_tokens":10}}""");
        host = await ApiHost.StartAsync(
            store,
            TimeProvider.System.GetUtcNow(),
            provider.AddTo(new(ApiHost.WithKeys) { ["Gateway:FailOpen"] = $"{failOpen}" }, ProviderKey),
            services =>
            {
                Wrap<IBudgetLedger>(services, inner => new InterruptedLedger(inner, outage));
                Wrap<IKeyRevision>(services, inner => new InterruptedRevision(inner, outage));
                replace?.Invoke(services);
            });
        team = await host.Api.CreateTeamAsync();
        key = (await host.Api.PostAsync("/keys", new { name = "a", role = "agent", agent_id = team.Agent })).Created.Text("key")!;
    }

    private static void Wrap<T>(IServiceCollection services, Func<T, T> wrap)
        where T : class
    {
        var inner = services.Last(service => service.ServiceType == typeof(T));
        services.Replace(ServiceDescriptor.Singleton(provider => wrap((T)(inner.ImplementationFactory?.Invoke(provider)
            ?? inner.ImplementationInstance ?? ActivatorUtilities.CreateInstance(provider, inner.ImplementationType!)))));
    }

    private Task<HttpStatusCode> CallAsync(params (string Name, string Value)[] headers) =>
        CallAsync($$"""{"model":"{{ApiClient.ListedModel}}","max_tokens":10,"messages":[]}""", headers);

    private async Task<HttpStatusCode> CallAsync(string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/gateway/anthropic/v1/messages") { Content = new StringContent(body) };
        foreach (var (name, value) in headers.Append(("x-api-key", key)).DistinctBy(header => header.Item1))
        {
            request.Headers.Add(name, value);
        }

        using var client = new HttpClient { BaseAddress = host.Api.Http.BaseAddress };
        using var answer = await client.SendAsync(request);
        await answer.Content.ReadAsByteArrayAsync();
        return answer.StatusCode;
    }

    private Task UntilSpentAsync(decimal usd) => Patience.UntilAsync(async () => (await team.BudgetAsync()).Usd("daily_spent_usd") == usd);

    private async Task<int> CountCallsAsync()
    {
        var session = (await host.Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray().Single()!.Number("id");
        return (await host.Api.GetAsync($"/sessions/{session}")).Ok["gateway"]!["calls"]!.GetValue<int>();
    }

    /// <summary>Whether the store is unavailable.</summary>
    private sealed class Outage
    {
        private volatile bool isOn;

        public bool IsOn
        {
            get => isOn;
            set => isOn = value;
        }

        public void Check()
        {
            if (isOn)
            {
                throw new StoreUnavailableException("The store is away.");
            }
        }
    }

    private sealed class InterruptedLedger(IBudgetLedger inner, Outage outage) : IBudgetLedger
    {
        public Task<LedgerAnswer<T>> WriteAsync<T>(LedgerEntry<T> entry, CancellationToken cancellationToken)
        {
            outage.Check();
            return inner.WriteAsync(entry, cancellationToken);
        }

        public Task<IReadOnlyList<LedgerOutcome>> WriteAsync(IReadOnlyList<LedgerEntry> entries, CancellationToken cancellationToken)
        {
            outage.Check();
            return inner.WriteAsync(entries, cancellationToken);
        }

        public Task<BudgetStanding> ReadAsync(BudgetSubject subject, DateTimeOffset now, CancellationToken cancellationToken) =>
            inner.ReadAsync(subject, now, cancellationToken);
    }

    private sealed class InterruptedRevision(IKeyRevision inner, Outage outage) : IKeyRevision
    {
        public ValueTask<long> ReadAsync(CancellationToken cancellationToken)
        {
            outage.Check();
            return inner.ReadAsync(cancellationToken);
        }
    }
}
