using Entourage.Client.Chat;
using Entourage.Client.Contracts;
using Microsoft.Extensions.AI;

namespace Entourage.Client.Tests.Chat;

/// <summary>Usage that the chat client records, with various providers and faults.</summary>
internal sealed class ChatUsageTests : ClientFixture
{
    private static readonly ChatMessage[] Prompt = [new(ChatRole.User, "Is this fine?")];

    [TestCase(1_000, 400, null, true, 600)]
    [TestCase(1_000, 400, 100, true, 500)]
    [TestCase(1_000, 400, null, false, 1_000)]
    [TestCase(10, 400, null, true, 10, Description = "More cached tokens than input tokens are not part of the input.")]
    [TestCase(1_000, null, null, true, 1_000)]
    public void Cached_tokens_are_subtracted_from_the_input(long input, long? read, long? written, bool included, long expected)
    {
        var details = new UsageDetails { InputTokenCount = input, OutputTokenCount = 7, CachedInputTokenCount = read };
        if (written is { } tokens)
        {
            details.AdditionalCounts = new() { ["CacheCreationInputTokens"] = tokens };
        }

        var usage = UsageParser.Parse(details, new EntourageChatOptions { InputIncludesCached = included });
        Assert.That((usage.InputTokens, usage.OutputTokens, usage.CacheReadTokens, usage.CacheWriteTokens), Is.EqualTo((expected, 7, read, written)));
    }

    [Test]
    public void Input_is_estimated_high_rather_than_low()
    {
        var text = string.Concat(Enumerable.Repeat("The quick brown fox jumps over the lazy dog. ", 100));
        var tool = AIFunctionFactory.Create((string city) => city, "weather", "The weather of a city.");
        var plain = TokenEstimate.OfInput([new(ChatRole.User, text)], null);
        Assert.Multiple(() =>
        {
            // Common tokenizers count ten tokens per sentence.
            Assert.That(plain, Is.InRange(1_000, 2_000));
            Assert.That(TokenEstimate.OfInput([new(ChatRole.User, text)], new() { Tools = [tool], Instructions = text }), Is.GreaterThan(2 * plain));
        });
    }

    [Test]
    public async Task A_response_without_usage_counts_as_the_reserved_amount()
    {
        var (_, agent) = await CreateTeamAsync(dailyCapUsd: 1m);
        await using var chat = Build(new FakeChatClient(usage: null), agent, Client, options => options.EstimatedCostUsd = 0.3m);
        _ = await chat.GetResponseAsync(Prompt);
        Assert.That(await SpentAsync(agent), Is.EqualTo(0.3m));
    }

    [Test]
    public async Task A_known_cost_is_reported()
    {
        var (_, agent) = await CreateTeamAsync();
        var usage = new UsageDetails { InputTokenCount = 1, OutputTokenCount = 2 };
        await using var chat = Build(new FakeChatClient(usage), agent, Client, options => options.CostOf = (details, _) => details.OutputTokenCount * 0.01m);
        _ = await chat.GetResponseAsync(Prompt);
        Assert.That(await SpentAsync(agent), Is.EqualTo(0.02m));
    }

    [Test]
    public async Task Usage_that_cannot_be_reported_is_reported_before_the_next_call()
    {
        var (_, agent) = await CreateTeamAsync();
        var (lost, arrives) = (0, true);
        using var interference = new Interference(async (request, send) =>
        {
            if (arrives || !request.RequestUri!.AbsolutePath.EndsWith("/usage", StringComparison.Ordinal))
            {
                return await send();
            }

            // The request arrives although its response is lost, so it must not count twice.
            lost++;
            (await send()).Dispose();
            throw new HttpRequestException("The connection was reset.");
        });
        await using (var chat = Build(new FakeChatClient(new UsageDetails { InputTokenCount = 1, OutputTokenCount = 1 }), agent, ClientThrough(interference, retries: 0), options => options.CostOf = (_, _) => 0.5m))
        {
            arrives = false;
            Assert.That((await chat.GetResponseAsync(Prompt)).Text, Is.EqualTo("fine"));
            await Assert.ThrowsAsync<EntourageException>(() => chat.GetResponseAsync(Prompt), "No call is made while usage is unreported.");
            arrives = true;
            _ = await chat.GetResponseAsync(Prompt);
        }

        Assert.That(lost, Is.EqualTo(2));
        Assert.That(await SpentAsync(agent), Is.EqualTo(1m));
    }

    [Test]
    public async Task A_given_session_is_used_and_not_ended()
    {
        var (_, agent) = await CreateTeamAsync();
        var session = await Client.StartSessionAsync(new(agent.Id));
        await using (var chat = Build(new FakeChatClient(new UsageDetails { InputTokenCount = 1, OutputTokenCount = 1 }), agent, Client, options => options.SessionId = session.Id))
        {
            _ = await chat.GetResponseAsync(Prompt);
        }

        session = await Client.GetSessionAsync(session.Id);
        Assert.That((session.Status, session.Tokens), Is.EqualTo(("active", 2)));
    }

    [Test]
    public async Task A_synchronous_dispose_ends_the_session()
    {
        var (_, agent) = await CreateTeamAsync();
        using (var chat = Build(new FakeChatClient(new UsageDetails { InputTokenCount = 1, OutputTokenCount = 1 }), agent, Client, _ => { }))
        {
            _ = await chat.GetResponseAsync(Prompt);
        }

        Assert.That((await Client.ListSessionsAsync(agent.Id).SingleAsync()).Status, Is.EqualTo("completed"));
    }

    [Test]
    public async Task A_long_call_extends_its_reservation()
    {
        var (_, agent) = await CreateTeamAsync(dailyCapUsd: 1m);
        var extended = new TaskCompletionSource();
        using var watched = new Interference((request, send) =>
        {
            if (request.RequestUri!.AbsolutePath.EndsWith("/extend", StringComparison.Ordinal))
            {
                extended.TrySetResult();
            }

            return send();
        });
        var model = new FakeChatClient(new UsageDetails { InputTokenCount = 1, OutputTokenCount = 1 }) { Before = () => extended.Task };
        await using var chat = Build(model, agent, ClientThrough(watched), options => (options.EstimatedCostUsd, options.ReservationSeconds) = (0.5m, 1));
        _ = await chat.GetResponseAsync(Prompt);
        Assert.That((await Client.GetBudgetAsync(agent.Id)).ReservedUsd, Is.Zero);
    }

    private static EntourageChatClient Build(FakeChatClient model, Agent agent, EntourageClient client, Action<EntourageChatOptions> configure)
    {
        var options = new EntourageChatOptions { AgentId = agent.Id };
        configure(options);
        return new(model, client, options);
    }
}
