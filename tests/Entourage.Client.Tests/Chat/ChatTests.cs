using Entourage.Client.Chat;
using Entourage.Client.Contracts;
using Microsoft.Extensions.AI;

namespace Entourage.Client.Tests.Chat;

/// <summary>A chat client within its budget.</summary>
internal sealed class ChatTests : ClientFixture
{
    private static readonly ChatMessage[] Prompt = [new(ChatRole.User, "Is this fine?")];

    private static readonly UsageDetails Used = new() { InputTokenCount = 1_000, OutputTokenCount = 200, CachedInputTokenCount = 400 };

    // 600 at 3, 400 at 0.30 and 200 at 15 dollars for a million.
    private const decimal UsedUsd = 0.00492m;

    [Test]
    public async Task A_call_is_reserved_counted_and_part_of_one_session()
    {
        var (_, agent) = await CreateTeamAsync(dailyCapUsd: 1m);
        var reported = new List<UsageAnswer>();
        Session session;
        await using (var chat = Build(new FakeChatClient(Used), agent, options => options.Reported = reported.Add))
        {
            _ = await chat.GetResponseAsync(Prompt, new() { MaxOutputTokens = 500 });
            _ = await chat.GetResponseAsync(Prompt, new() { MaxOutputTokens = 500 });
            session = await Client.ListSessionsAsync(agent.Id).SingleAsync();
            Assert.That(session.Status, Is.EqualTo("active"));
        }

        session = await Client.GetSessionAsync(session.Id);
        Assert.Multiple(() =>
        {
            Assert.That((session.Status, session.CostUsd, session.ReservedUsd), Is.EqualTo(("completed", 2 * UsedUsd, 0m)));
            Assert.That((session.InputTokens, session.CacheReadTokens, session.OutputTokens), Is.EqualTo((1_200, 800, 400)));
            Assert.That(reported.Select(answer => (answer.CostSource, answer.OverrunUsd)).Distinct(), Is.EqualTo(new[] { ("catalogue", 0m) }));
        });
        Assert.That(await SpentAsync(agent), Is.EqualTo(2 * UsedUsd));
    }

    [Test]
    public async Task A_call_that_does_not_fit_is_not_made()
    {
        var (_, agent) = await CreateTeamAsync(dailyCapUsd: 0.01m);
        var model = new FakeChatClient(Used);
        await using var chat = Build(model, agent);
        _ = await chat.GetResponseAsync(Prompt, new() { MaxOutputTokens = 500 });
        var refused = (await Assert.ThrowsAsync<BudgetExceededException>(() => chat.GetResponseAsync(Prompt, new() { MaxOutputTokens = 500 })))!;
        Assert.That((model.Calls, refused.MaxReservableUsd, refused.Budget!.Scope), Is.EqualTo((1, 0.01m - UsedUsd, "team")));
        Assert.That(await SpentAsync(agent), Is.EqualTo(UsedUsd));
    }

    [Test]
    public async Task Many_calls_at_once_pass_no_cap()
    {
        var (_, agent) = await CreateTeamAsync(dailyCapUsd: 0.05m);
        var model = new FakeChatClient(Used) { Before = async () => await Task.Yield() };
        await using var chat = Build(model, agent, options => options.EstimatedCostUsd = UsedUsd);
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(async _ =>
        {
            try
            {
                return await chat.GetResponseAsync(Prompt) is not null;
            }
            catch (BudgetExceededException)
            {
                return false;
            }
        }));
        Assert.That((answers.Count(answered => answered), model.Calls), Is.EqualTo((10, 10)));
        Assert.That(await SpentAsync(agent), Is.EqualTo(10 * UsedUsd));
        Assert.That(await Client.ListSessionsAsync(agent.Id).CountAsync(), Is.EqualTo(1));
    }

    [Test]
    public async Task Without_reservations_the_call_after_the_cap_is_not_made()
    {
        var (_, agent) = await CreateTeamAsync(dailyCapUsd: 0.004m);
        var model = new FakeChatClient(Used);
        await using var chat = Build(model, agent, options => options.Reserve = false);
        _ = await chat.GetResponseAsync(Prompt);
        var stopped = (await Assert.ThrowsAsync<StoppedException>(() => chat.GetResponseAsync(Prompt)))!;
        Assert.That((model.Calls, stopped.StopReasons.Single()), Is.EqualTo((1, "budget_exceeded:team:day")));
    }

    [Test]
    public async Task Whoever_is_paused_or_killed_makes_no_call([Values] bool reserve, [Values] bool kill)
    {
        var (_, agent) = await CreateTeamAsync();
        var model = new FakeChatClient(Used);
        await using var chat = Build(model, agent, options => options.Reserve = reserve);
        _ = await chat.GetResponseAsync(Prompt);
        if (kill)
        {
            await Client.KillSessionAsync((await Client.ListSessionsAsync(agent.Id).SingleAsync()).Id, "enough");
        }
        else
        {
            await Client.PauseAsync(PauseScope.Agent, agent.Id, "enough");
        }

        var stopped = (await Assert.CatchAsync<StoppedException>(() => chat.GetResponseAsync(Prompt)))!;
        Assert.That(stopped.StopReasons.Single(), Does.StartWith(kill ? "session_" : "paused:agent"));
        Assert.That(model.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task A_failed_call_is_told_and_gives_its_money_back()
    {
        var (_, agent) = await CreateTeamAsync(dailyCapUsd: 1m);
        var failing = new FakeChatClient(_ => throw new InvalidOperationException("Rate limited\nby the provider"));
        await using (var chat = Build(failing, agent))
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => chat.GetResponseAsync(Prompt));
        }

        var session = await Client.ListSessionsAsync(agent.Id).SingleAsync();
        var records = (await Host.Api.GetAsync($"/sessions/{session.Id}/usage")).Ok.AsArray();
        Assert.Multiple(() =>
        {
            Assert.That(records.Single()!["error"]!.GetValue<string>(), Is.EqualTo("InvalidOperationException: Rate limited by the provider"));
            Assert.That((session.Status, session.CostUsd, session.ReservedUsd), Is.EqualTo(("failed", 0m, 0m)));
        });
        Assert.That((await Client.GetBudgetAsync(agent.Id)).DailyRemainingUsd, Is.EqualTo(1m));
    }

    [Test]
    public async Task A_stream_is_counted_by_what_it_says_last()
    {
        var (_, agent) = await CreateTeamAsync(dailyCapUsd: 1m);
        await using var chat = Build(new FakeChatClient(Used), agent);
        var said = await chat.GetStreamingResponseAsync(Prompt).Select(update => update.Text).ToListAsync();
        Assert.That(string.Concat(said), Is.EqualTo("one two fine"));
        Assert.That(await SpentAsync(agent), Is.EqualTo(UsedUsd));
    }

    [Test]
    public async Task A_stream_that_nobody_reads_to_its_end_gives_its_money_back()
    {
        var (_, agent) = await CreateTeamAsync(dailyCapUsd: 1m);
        await using var chat = Build(new FakeChatClient(Used), agent);
        _ = await chat.GetStreamingResponseAsync(Prompt).FirstAsync();
        var budget = await Client.GetBudgetAsync(agent.Id);
        Assert.That((budget.DailySpentUsd, budget.ReservedUsd), Is.EqualTo((0m, 0m)));
    }

    [Test]
    public async Task A_stream_that_breaks_is_told([Values] bool cancelled)
    {
        var (_, agent) = await CreateTeamAsync(dailyCapUsd: 1m);
        using var leaving = new CancellationTokenSource();
        var model = new FakeChatClient(_ => throw new IOException("The connection was reset.")) { Before = () => cancelled ? leaving.CancelAsync() : Task.CompletedTask };
        await using var chat = Build(model, agent);
        await Assert.CatchAsync(() => chat.GetStreamingResponseAsync(Prompt, cancellationToken: leaving.Token).ToListAsync().AsTask());
        var session = await Client.ListSessionsAsync(agent.Id).SingleAsync();
        var records = (await Host.Api.GetAsync($"/sessions/{session.Id}/usage")).Ok.AsArray();
        Assert.That(records.Select(record => record!["error"]!.GetValue<string>()), Is.EqualTo(cancelled ? [] : new[] { "IOException: The connection was reset." }));
        Assert.That((session.CostUsd, session.ReservedUsd), Is.EqualTo((0m, 0m)));
    }

    private EntourageChatClient Build(FakeChatClient model, Agent agent, Action<EntourageChatOptions>? configure = null) =>
        (EntourageChatClient)model.AsBuilder()
            .UseEntourage(
                options =>
                {
                    options.AgentId = agent.Id;
                    configure?.Invoke(options);
                },
                Client)
            .Build();
}
