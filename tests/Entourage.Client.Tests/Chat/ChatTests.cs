using Entourage.Client.Chat;
using Entourage.Client.Contracts;
using Microsoft.Extensions.AI;

namespace Entourage.Client.Tests.Chat;

/// <summary>The chat client keeps its agent within the budget.</summary>
internal sealed class ChatTests : ClientFixture
{
    private static readonly ChatMessage[] Prompt = [new(ChatRole.User, "Is this fine?")];

    private static readonly UsageDetails Used = new() { InputTokenCount = 1_000, OutputTokenCount = 200, CachedInputTokenCount = 400 };

    // 600 tokens at 3, 400 at 0.30 and 200 at 15 dollars per million.
    private const decimal UsedUsd = 0.00492m;

    [Test]
    public async Task Calls_are_reserved_and_recorded_in_one_session()
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
    public async Task Session_and_calls_have_the_labels_of_the_options([Values] bool reserve)
    {
        var (_, agent) = await CreateTeamAsync();
        await using var chat = Build(new FakeChatClient(Used), agent, options =>
        {
            (options.Reserve, options.Labels) = (reserve, new Dictionary<string, string> { ["service"] = "support" });
            options.LabelsOf = call => call?.AdditionalProperties?.TryGetValue("customer", out string? customer) == true
                ? new Dictionary<string, string> { ["customer"] = customer! }
                : null;
        });
        _ = await chat.GetResponseAsync(Prompt, new() { AdditionalProperties = new() { ["customer"] = "acme" } });
        _ = await chat.GetResponseAsync(Prompt);

        var session = await Client.ListSessionsAsync(agent.Id).SingleAsync();
        Assert.That(session.Labels, Is.EqualTo(new Dictionary<string, string> { ["service"] = "support" }));
        var usages = (await Host.Api.GetAsync($"/sessions/{session.Id}/usage")).Ok.AsArray();
        Assert.That(
            usages.Select(usage => usage!["labels"]!.ToJsonString()), Is.EqualTo(new[] { """{"service":"support"}""", """{"customer":"acme","service":"support"}""" }));
    }

    [Test]
    public async Task A_call_that_exceeds_the_budget_is_not_made()
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
    public async Task Concurrent_calls_do_not_exceed_a_cap()
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
    public async Task Without_reservations_no_call_is_made_once_the_cap_is_used_up()
    {
        var (_, agent) = await CreateTeamAsync(dailyCapUsd: 0.004m);
        var model = new FakeChatClient(Used);
        await using var chat = Build(model, agent, options => options.Reserve = false);
        _ = await chat.GetResponseAsync(Prompt);
        var stopped = (await Assert.ThrowsAsync<StoppedException>(() => chat.GetResponseAsync(Prompt)))!;
        Assert.That((model.Calls, stopped.StopReasons.Single()), Is.EqualTo((1, "budget_exceeded:team:day")));
    }

    [Test]
    public async Task No_call_is_made_when_the_agent_is_paused_or_the_session_killed([Values] bool reserve, [Values] bool kill)
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
    public async Task A_failed_call_is_recorded_and_its_reservation_returned()
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
    public async Task A_stream_counts_the_usage_at_its_end()
    {
        var (_, agent) = await CreateTeamAsync(dailyCapUsd: 1m);
        await using var chat = Build(new FakeChatClient(Used), agent);
        var texts = await chat.GetStreamingResponseAsync(Prompt).Select(update => update.Text).ToListAsync();
        Assert.That(string.Concat(texts), Is.EqualTo("one two fine"));
        Assert.That(await SpentAsync(agent), Is.EqualTo(UsedUsd));
    }

    [Test]
    public async Task Streams_that_are_left_early_count_against_the_cap()
    {
        var (_, agent) = await CreateTeamAsync(dailyCapUsd: 1m);
        var model = new FakeChatClient(Used);
        await using var chat = Build(model, agent, options => options.EstimatedCostUsd = 0.3m);
        for (var call = 1; call <= 3; call++)
        {
            _ = await chat.GetStreamingResponseAsync(Prompt).FirstAsync();
        }

        await Assert.ThrowsAsync<BudgetExceededException>(() => chat.GetStreamingResponseAsync(Prompt).FirstAsync().AsTask());
        var budget = await Client.GetBudgetAsync(agent.Id);
        Assert.That((await SpentAsync(agent), budget.ReservedUsd), Is.EqualTo((0.9m, 0m)));
    }

    [Test]
    public async Task A_stream_that_is_left_after_its_input_was_reported_counts_output_too()
    {
        var (_, agent) = await CreateTeamAsync(dailyCapUsd: 1m);
        var model = new FakeChatClient(Used) { Begins = new() { InputTokenCount = 100_000, OutputTokenCount = 1 } };
        await using var chat = Build(model, agent);
        _ = await chat.GetStreamingResponseAsync(Prompt).Take(3).ToListAsync();
        var session = await Client.ListSessionsAsync(agent.Id).SingleAsync();
        Assert.That((session.InputTokens, session.OutputTokens, session.CostUsd), Is.EqualTo((100_000, 3, 0.300045m)));
    }

    [Test]
    public async Task A_call_that_times_out_counts([Values] bool streamed, [Values] bool cancelled)
    {
        var (_, agent) = await CreateTeamAsync(dailyCapUsd: 1m);
        using var leaving = new CancellationTokenSource();
        var model = new FakeChatClient(_ => throw new AggregateException("Retry failed.", new TaskCanceledException("100 seconds", new TimeoutException())))
        {
            Silent = true,
            Before = () => cancelled ? leaving.CancelAsync() : Task.CompletedTask,
        };
        await using var chat = Build(model, agent, options => options.EstimatedCostUsd = 0.3m);
        await Assert.CatchAsync(() => streamed
            ? chat.GetStreamingResponseAsync(Prompt, cancellationToken: leaving.Token).ToListAsync().AsTask()
            : chat.GetResponseAsync(Prompt, cancellationToken: leaving.Token));
        Assert.That(await SpentAsync(agent), Is.EqualTo(0.3m));
        var session = await Client.ListSessionsAsync(agent.Id).SingleAsync();
        var error = (await Host.Api.GetAsync($"/sessions/{session.Id}/usage")).Ok.AsArray().Single()!["error"]?.GetValue<string>();
        Assert.That(error, cancelled ? Is.Null : Does.StartWith("AggregateException"));
    }

    [Test]
    public async Task A_refused_stream_returns_its_reservation()
    {
        var (_, agent) = await CreateTeamAsync(dailyCapUsd: 1m);
        await using var chat = Build(new FakeChatClient(_ => throw new InvalidOperationException("Rate limited")) { Silent = true }, agent);
        await Assert.ThrowsAsync<InvalidOperationException>(() => chat.GetStreamingResponseAsync(Prompt).ToListAsync().AsTask());
        var budget = await Client.GetBudgetAsync(agent.Id);
        Assert.That((budget.DailySpentUsd, budget.ReservedUsd), Is.EqualTo((0m, 0m)));
    }

    [Test]
    public async Task A_new_session_starts_after_a_long_silence([Values] bool reserve)
    {
        var (_, agent) = await CreateTeamAsync();
        await using var chat = Build(new FakeChatClient(Used), agent, options => options.Reserve = reserve);
        for (var silence = 1; silence <= 2; silence++)
        {
            _ = await chat.GetResponseAsync(Prompt);
            Host.Clock.Advance(TimeSpan.FromMinutes(61));
            await Host.AbandonAsync();
        }

        await Task.WhenAll(chat.GetResponseAsync(Prompt), chat.GetResponseAsync(Prompt));
        var sessions = await Client.ListSessionsAsync(agent.Id).OrderBy(session => session.Id).ToListAsync();
        Assert.That(
            sessions.Select(session => (session.Status, session.CostUsd)),
            Is.EqualTo(new[] { ("abandoned", UsedUsd), ("abandoned", UsedUsd), ("active", 2 * UsedUsd) }));
    }

    [Test]
    public async Task A_given_session_is_not_replaced()
    {
        var (_, agent) = await CreateTeamAsync();
        var given = await Client.StartSessionAsync(new(agent.Id));
        await using var chat = Build(new FakeChatClient(Used), agent, options => options.SessionId = given.Id);
        Host.Clock.Advance(TimeSpan.FromMinutes(61));
        await Host.AbandonAsync();
        await Assert.ThrowsAsync<StoppedException>(() => chat.GetResponseAsync(Prompt));
        Assert.That(await Client.ListSessionsAsync(agent.Id).CountAsync(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_broken_stream_is_recorded_and_counts([Values] bool cancelled)
    {
        var (_, agent) = await CreateTeamAsync(dailyCapUsd: 1m);
        using var leaving = new CancellationTokenSource();
        var model = new FakeChatClient(_ => throw new IOException("The connection was reset.")) { Before = () => cancelled ? leaving.CancelAsync() : Task.CompletedTask };
        await using var chat = Build(model, agent, options => options.EstimatedCostUsd = 0.3m);
        await Assert.CatchAsync(() => chat.GetStreamingResponseAsync(Prompt, cancellationToken: leaving.Token).ToListAsync().AsTask());
        var session = await Client.ListSessionsAsync(agent.Id).SingleAsync();
        var records = (await Host.Api.GetAsync($"/sessions/{session.Id}/usage")).Ok.AsArray();
        Assert.That(records.Single()!["error"]?.GetValue<string>(), Is.EqualTo(cancelled ? null : "IOException: The connection was reset."));
        Assert.That((session.CostUsd, session.ReservedUsd), Is.EqualTo((0.3m, 0m)));
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
