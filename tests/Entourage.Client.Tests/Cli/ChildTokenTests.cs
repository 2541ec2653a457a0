using Entourage.Client.Contracts;
using Entourage.Testing;

namespace Entourage.Client.Tests.Cli;

/// <summary>A nested run under another agent's key needs a one-time token of the outer run's agent.</summary>
internal sealed class ChildTokenTests : RunFixture
{
    [Test]
    public async Task A_nested_run_of_another_agent_starts_only_with_a_token()
    {
        await using var host = await ApiHost.StartAsync(Store.Sqlite, settings: ApiHost.WithKeys);
        var team = await host.Api.CreateTeamAsync();
        var reviewer = await host.Api.CreateAgentAsync(team.Id, "reviewer");
        var keys = new Dictionary<string, string>
        {
            ["ENTOURAGE_API_KEY"] = await KeyAsync(team.Agent),
            ["REVIEWER"] = reviewer,
            ["REVIEWER_KEY"] = await KeyAsync(reviewer),
            ["CLI"] = Path.Combine(AppContext.BaseDirectory, "Entourage.Cli.dll"),
        };
        const string Script = """
            ENTOURAGE_API_KEY=$REVIEWER_KEY dotnet "$CLI" run --agent $REVIEWER -- echo without
            echo "code $?"
            ENTOURAGE_PARENT_TOKEN=$(dotnet "$CLI" child-token --agent $REVIEWER) ENTOURAGE_API_KEY=$REVIEWER_KEY \
              dotnet "$CLI" run --agent $REVIEWER -- sh -c 'echo "with${ENTOURAGE_PARENT_TOKEN}"'
            """;

        using var run = CliProcess.Start(host.Api.Http.BaseAddress!, keys, input: "", ["run", "--agent", team.Agent, "--", "sh", "-c", Script]);
        var (code, output, errors) = await run.EndAsync();

        Assert.That((code, output), Is.EqualTo((0, "code 77\nwith\n")), errors);
        Assert.That(errors, Does.Contain("not started").And.Contain("parent_token"));
        var outer = (await host.Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok[0]!.Number("id");
        var inner = (await host.Api.GetAsync($"/agents/{reviewer}/sessions")).Ok.AsArray().Single()!;
        Assert.That((inner.Number("parent_session_id"), inner.Text("status")), Is.EqualTo((outer, "completed")));

        async Task<string> KeyAsync(string agent) =>
            (await host.Api.PostAsync("/keys", new { name = agent, role = "agent", agent_id = agent })).Created.Text("key")!;
    }

    [Test]
    public async Task A_token_starts_only_one_session()
    {
        var (team, agent) = await CreateTeamAsync();
        var other = await Client.CreateAgentAsync(team.Id, "eng-2", Model);
        var session = await Client.StartSessionAsync(new(agent.Id));

        var token = await Client.CreateChildTokenAsync(session.Id, new NewChildToken(other.Id, TtlSeconds: 60));
        var child = await Client.StartSessionAsync(new(other.Id, ParentToken: token.Token));
        var again = await Assert.ThrowsAsync<EntourageException>(() => Client.StartSessionAsync(new(other.Id, ParentToken: token.Token)));

        Assert.That((token.SessionId, token.AgentId, child.ParentSessionId), Is.EqualTo((session.Id, (Guid?)other.Id, (long?)session.Id)));
        Assert.That(again!.Code, Is.EqualTo("forbidden"));
    }
}
