using System.Diagnostics;
using System.Globalization;
using Entourage.Client.Contracts;

namespace Entourage.Client.Tests.Cli;

/// <summary>A command runs as a session, and ends with all its processes when the agent must stop.</summary>
internal sealed class RunTests : RunFixture
{
    // Each acknowledged call leaves a line, even if the loop is asked to end in the meantime.
    private const string Burn = """
        trap 'exit 7' TERM
        while :; do
          (trap '' TERM
           curl -sS -f -o /dev/null -X POST "$ENTOURAGE_URL/api/v1/sessions/$ENTOURAGE_SESSION_ID/usage" -H 'Content-Type: application/json' \
             -d '{"input_tokens": 10, "output_tokens": 1, "cost_usd": 0.01}' && echo paid >> "$TRACE")
        done
        """;

    // Writes three process ids: its own, one after a double fork, and one in a new session.
    private const string Stubborn = """
        trap '' TERM
        (sh -c 'trap "" TERM; echo $$ >> "$TRACE"; while :; do sleep 1; done' &)
        setsid sh -c 'trap "" TERM; echo $$ >> "$TRACE"; while :; do sleep 1; done' &
        echo $$ >> "$TRACE"
        while :; do sleep 1; done
        """;

    [Test]
    public async Task A_loop_that_spends_money_is_ended_at_its_cap()
    {
        var (_, agent) = await CreateTeamAsync(dailyCapUsd: 0.05m, model: Entourage.Testing.ApiClient.UnlistedModel);
        using var run = Run(agent, Burn);
        var (code, _, errors) = await run.EndAsync();
        var session = await SessionOfAsync(agent);
        Assert.Multiple(() =>
        {
            Assert.That((code, errors.Contains("budget_exceeded:team:day", StringComparison.Ordinal)), Is.EqualTo((75, true)));
            Assert.That((session.Status, session.Error, session.ReservedUsd), Is.EqualTo(("failed", "Stopped: budget_exceeded:team:day", 0m)));
            Assert.That(session.CostUsd, Is.GreaterThanOrEqualTo(0.05m).And.EqualTo(0.01m * File.ReadAllLines(Trace).Length));
        });
        Assert.That(await SpentAsync(agent), Is.EqualTo(session.CostUsd));

        using var again = Run(agent, "touch \"$TRACE.again\"");
        (code, _, errors) = await again.EndAsync();
        Assert.That((code, errors.Contains("Try again after", StringComparison.Ordinal), File.Exists(Trace + ".again")), Is.EqualTo((77, true, false)));
    }

    [Test]
    public async Task A_command_that_ignores_SIGTERM_is_killed_with_all_its_processes([Values("pause", "kill")] string how)
    {
        var (_, agent) = await CreateTeamAsync();
        using var run = Run(agent, Stubborn, "--grace", "0.2s");
        var processes = await TraceAsync(3);
        Assert.That(processes, Has.All.Matches<string>(IsRunning));
        if (how == "kill")
        {
            await Client.KillSessionAsync((await SessionOfAsync(agent)).Id, "enough");
        }
        else
        {
            await Client.PauseAsync(PauseScope.Agent, agent.Id, "enough");
        }

        var (code, _, errors) = await run.EndAsync();
        Assert.Multiple(() =>
        {
            Assert.That((code, errors), Is.EqualTo((75, $"entourage: stopped: {(how == "kill" ? "session_killed" : "paused:agent")}. The command has 0.2 s to end.{Environment.NewLine}")));
            Assert.That(processes, Has.None.Matches<string>(IsRunning));
        });
        Assert.That((await SessionOfAsync(agent)).Status, Is.EqualTo(how == "kill" ? "killed" : "failed"));
    }

    [Test]
    public async Task Processes_left_behind_end_with_the_command_and_its_exit_code_is_kept()
    {
        var (team, agent) = await CreateTeamAsync();
        var task = await Client.CreateTaskAsync(team.Id, new("Fix login bug"));
        var environment = new Dictionary<string, string> { ["ENTOURAGE_API_KEY"] = "se,cret", ["OTEL_RESOURCE_ATTRIBUTES"] = "service.name=x,entourage.task_id=0", ["OTEL_BSP_SCHEDULE_DELAY"] = "70" };
        using var run = Run(
            agent,
            environment,
            "(sleep 300 & echo $! >> \"$TRACE\"); env | grep -E '^(ENTOURAGE|OTEL|CLAUDE|GEMINI)'; exit 3",
            "--task",
            task.Id.ToString(CultureInfo.InvariantCulture),
            "--model",
            "house-model",
            "--no-default-labels");
        var (code, output, errors) = await run.EndAsync();
        var session = await SessionOfAsync(agent);
        Assert.Multiple(() =>
        {
            Assert.That((code, errors), Is.EqualTo((3, errors)));
            Assert.That(errors, Does.StartWith("entourage: the command reported no usage").And.Contain(Address.AbsoluteUri.TrimEnd('/')));
            Assert.That((session.Status, session.Error, session.TaskId, session.Model), Is.EqualTo(("failed", "The command ended with 3.", (long?)task.Id, "house-model")));
            Assert.That(File.ReadAllLines(Trace), Has.Length.EqualTo(1).And.None.Matches<string>(IsRunning));
            Assert.That(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EquivalentTo(new[]
            {
                $"ENTOURAGE_URL={Address.AbsoluteUri.TrimEnd('/')}",
                "ENTOURAGE_API_KEY=se,cret",
                $"ENTOURAGE_AGENT_ID={agent.Id}",
                $"ENTOURAGE_TASK_ID={task.Id}",
                $"ENTOURAGE_SESSION_ID={session.Id}",
                "CLAUDE_CODE_ENABLE_TELEMETRY=1",
                $"OTEL_EXPORTER_OTLP_ENDPOINT={Address.AbsoluteUri.TrimEnd('/')}",
                "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
                "OTEL_LOGS_EXPORTER=otlp",
                "OTEL_METRICS_EXPORTER=otlp",
                "OTEL_LOGS_EXPORT_INTERVAL=1000",
                "OTEL_BLRP_SCHEDULE_DELAY=1000",
                "OTEL_BSP_SCHEDULE_DELAY=70",
                "OTEL_METRIC_EXPORT_INTERVAL=10000",
                "GEMINI_TELEMETRY_ENABLED=true",
                "GEMINI_TELEMETRY_TARGET=local",
                $"GEMINI_TELEMETRY_OTLP_ENDPOINT={Address.AbsoluteUri.TrimEnd('/')}",
                "GEMINI_TELEMETRY_OTLP_PROTOCOL=http",
                "GEMINI_TELEMETRY_LOG_PROMPTS=false",
                "OTEL_EXPORTER_OTLP_HEADERS=x-api-key=se%2Ccret",
                $"OTEL_RESOURCE_ATTRIBUTES=service.name=x,entourage.agent_id={agent.Id},entourage.session_id={session.Id},entourage.task_id={task.Id}",
            }));
        });
    }

    [TestCase("exec", "hi", ExpectedResult = "-c otel.exporter={otlp-http={endpoint=\"{url}/v1/logs\",protocol=\"binary\"}} exec hi")]
    [TestCase("-c", "model=\"gpt-5\"", "--", "otel=1", ExpectedResult = "-c otel.exporter={otlp-http={endpoint=\"{url}/v1/logs\",protocol=\"binary\"}} -c model=\"gpt-5\" -- otel=1")]
    [TestCase("-c", "otel.exporter=none", ExpectedResult = "-c otel.exporter=none")]
    [TestCase("exec", "--config", "otel.exporter.otlp-http.endpoint=x", ExpectedResult = "exec --config otel.exporter.otlp-http.endpoint=x")]
    [TestCase("--config=otel={}", ExpectedResult = "--config=otel={}")]
    [TestCase("-cotel.exporter=none", ExpectedResult = "-cotel.exporter=none")]
    public async Task<string> Codex_gets_an_exporter_unless_its_user_chose_one(params string[] arguments)
    {
        var (_, agent) = await CreateTeamAsync();
        var codex = await ScriptAsync("codex", "echo \"$*\"");
        using var run = CliProcess.Start(Address, new Dictionary<string, string>(), input: "", ["run", "--agent", agent.Id.ToString(), "--", codex, .. arguments]);
        var (_, output, _) = await run.EndAsync();
        return output.Trim().Replace(Address.AbsoluteUri.TrimEnd('/'), "{url}", StringComparison.Ordinal);
    }

    [Test]
    public async Task Claude_Code_is_interrupted_so_that_it_sends_its_last_events()
    {
        var (_, agent) = await CreateTeamAsync();
        // A shell cannot trap a signal that was ignored when it started, as SIGINT is in the background jobs of scripts. Claude Code can.
        var claude = await ScriptAsync("claude", """
            [ -n "$RESET" ] || RESET=1 exec env --default-signal=INT "$0" "$@"
            trap 'curl -sS -f -o /dev/null -X POST "$ENTOURAGE_URL/api/v1/sessions/$ENTOURAGE_SESSION_ID/usage" -H "Content-Type: application/json" \
              -d "{\"input_tokens\": 10, \"output_tokens\": 1, \"cost_usd\": 0.01}"; exit 0' INT
            trap 'exit 9' TERM
            echo $$ >> "$TRACE"
            while :; do sleep 0.05; done
            """);
        using var run = CliProcess.Start(Address, new Dictionary<string, string> { ["TRACE"] = Trace }, input: "", ["run", "--agent", agent.Id.ToString(), "--", claude, "-p", "hi"]);
        await TraceAsync(1);
        await Client.KillSessionAsync((await SessionOfAsync(agent)).Id, "enough");
        var (code, _, _) = await run.EndAsync();
        Assert.That((code, (await SessionOfAsync(agent)).CostUsd), Is.EqualTo((75, 0.01m)));
    }

    [Test]
    public async Task A_command_that_reported_usage_gets_no_warning()
    {
        var (_, agent) = await CreateTeamAsync();
        using var run = Run(agent, """
            curl -sS -f -o /dev/null -X POST "$ENTOURAGE_URL/api/v1/sessions/$ENTOURAGE_SESSION_ID/usage" -H 'Content-Type: application/json' \
              -d '{"input_tokens": 10, "output_tokens": 1, "cost_usd": 0.01}'
            """);
        var (code, _, errors) = await run.EndAsync();
        Assert.That((code, errors), Is.EqualTo((0, "")));
    }

    [Test]
    public async Task A_signal_is_forwarded_to_the_command()
    {
        var (_, agent) = await CreateTeamAsync();
        using var run = Run(agent, "trap 'echo bye; exit 0' TERM; echo up >> \"$TRACE\"; while :; do sleep 0.05; done");
        await TraceAsync(1);
        using var kill = Process.Start("kill", ["-TERM", run.Id.ToString(CultureInfo.InvariantCulture)]);
        var (code, output, _) = await run.EndAsync();
        Assert.That((code, output, (await SessionOfAsync(agent)).Status), Is.EqualTo((0, "bye\n", "completed")));
    }

    [Test]
    public async Task Without_a_server_a_command_runs_only_with_fail_open()
    {
        var (_, agent) = await CreateTeamAsync();
        var nowhere = new Dictionary<string, string> { ["ENTOURAGE_URL"] = "http://127.0.0.1:1" };
        using var closed = Run(agent, nowhere, "echo ran");
        using var open = Run(agent, nowhere, "echo ran; kill -TERM $$", "--fail-open");
        var (refused, ran) = (await closed.EndAsync(), await open.EndAsync());
        Assert.Multiple(() =>
        {
            Assert.That((refused.ExitCode, refused.Output), Is.EqualTo((69, "")));
            Assert.That((ran.ExitCode, ran.Output), Is.EqualTo((128 + 15, "ran\n")));
            Assert.That(ran.Errors, Does.Contain("without a session").And.Contain("cannot be reached"));
        });
    }
}
