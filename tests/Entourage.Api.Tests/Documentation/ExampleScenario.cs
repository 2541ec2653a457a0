using Entourage.Testing;

namespace Entourage.Api.Tests.Documentation;

/// <summary>One day of a team that calls every operation, from which the examples are recorded.</summary>
/// <param name="host">A server that requires keys.</param>
/// <param name="receiver">The receiver of the webhook.</param>
internal sealed partial class ExampleScenario(ApiHost host, WebhookReceiver receiver)
{
    private const string Model = ApiClient.ListedModel;

    private static readonly HttpMethod Get = HttpMethod.Get, Post = HttpMethod.Post, Patch = HttpMethod.Patch, Put = HttpMethod.Put, Delete = HttpMethod.Delete;

    private readonly ExampleRecorder record = new(host.Api);
    private string organisation = "";
    private string team = "";
    private string agent = "";
    private string key = "";
    private long task;
    private long session;

    public async Task<ExampleRecorder> RunAsync()
    {
        await SetUpAsync();
        await SpendAsync();
        await ManageAsync();
        await ReportAsync();
        await StopAsync();
        await RefuseAsync();
        await ArchiveAsync();
        return record;
    }

    private async Task SetUpAsync()
    {
        organisation = await CreateAsync("createOrganisation", "/orgs", new { name = "Acme", slug = "acme" });
        await record.CallAsync("listOrganisations", Get, "/orgs");
        await record.CallAsync("getOrganisation", Get, $"/orgs/{organisation}");
        await record.CallAsync("renameOrganisation", Patch, $"/orgs/{organisation}", new { name = "Acme" });
        team = await CreateAsync("createTeam", $"/orgs/{organisation}/teams", new { name = "Core", slug = "core", timezone = "Europe/Paris" });
        await record.CallAsync("listTeams", Get, $"/orgs/{organisation}/teams");
        agent = await CreateAsync("createAgent", $"/teams/{team}/agents", new { name = "eng-1", role = "engineer", model = Model });
        await record.CallAsync("getAgent", Get, $"/agents/{agent}");
        await record.CallAsync("changeAgent", Patch, $"/agents/{agent}", new { role = "reviewer" });
        await record.CallAsync("listAgents", Get, $"/teams/{team}/agents");
        await record.CallAsync("getTeam", Get, $"/teams/{team}");
        await record.CallAsync("renameTeam", Patch, $"/teams/{team}", new { name = "Core" });
        await record.CallAsync(
            "changeTeamSettings", Patch, $"/settings/teams/{team}", new { daily_cost_limit_usd = 10.00m, weekly_cost_limit_usd = (decimal?)null, runaway = new { action = "pause" } });
        await record.CallAsync("getTeamSettings", Get, $"/settings/teams/{team}");
        await record.CallAsync("changeAgentSettings", Patch, $"/settings/agents/{agent}", new { daily_cost_limit_usd = 4.00m });
        await record.CallAsync("getAgentSettings", Get, $"/settings/agents/{agent}");
        await record.CallAsync("changeOrganisationSettings", Patch, $"/settings/orgs/{organisation}", new { monthly_cost_limit_usd = 500.00m });
        await record.CallAsync("getOrganisationSettings", Get, $"/settings/orgs/{organisation}");
        var created = (await record.CallAsync("createKey", Post, "/keys", new { name = "eng-1", role = "agent", agent_id = agent }))!;
        key = created.Text("key")!;
        (created["key"], created["prefix"]) = ("ent_EXAMPLE-0123456789abcdefghijklmnopqrstuvwxyz", "ent_EXAMPLE");
        var keys = await record.CallAsync("listKeys", Get, "/keys?limit=1");
        keys![0]!["prefix"] = "ent_EXAMPLE";
    }

    private async Task SpendAsync()
    {
        task = (await record.CallAsync(
            "createTask", Post, $"/teams/{team}/tasks", new { title = "Fix login bug", priority = "high", task_type = "bugfix", tags = new[] { "budget:0.50" } }))!.Number("id")!.Value;
        await record.CallAsync("getTask", Get, $"/tasks/{task}");
        await record.CallAsync("changeTask", Patch, $"/tasks/{task}", new { assignee_id = agent, priority = "critical" });
        await record.CallAsync("changeTaskStatus", Post, $"/tasks/{task}/status", new { status = "in_progress" });
        await record.CallAsync("listTasks", Get, $"/teams/{team}/tasks?status=in_progress");
        using var teamEvents = await OpenAsync($"/teams/{team}/events");
        using var agentEvents = await OpenAsync($"/agents/{agent}/events");
        using var organisationEvents = await OpenAsync($"/orgs/{organisation}/events");
        var labels = new { customer = "acme", pr = "4711" };
        session = (await record.CallAsync("startSession", Post, "/sessions/start", new { agent_id = agent, task_id = task, model = Model, labels }))!.Number("id")!.Value;
        record.RecordText("streamTeamEvents", await ReadAsync(teamEvents));
        record.RecordText("streamAgentEvents", await ReadAsync(agentEvents));
        record.RecordText("streamOrganisationEvents", await ReadAsync(organisationEvents));
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        var reservation = (await record.CallAsync("createReservation", Post, $"/sessions/{session}/reservations", new { estimated_cost_usd = 0.40m, ttl_seconds = 300 }))!.Text("id");
        await record.CallAsync("extendReservation", Post, $"/reservations/{reservation}/extend", new { ttl_seconds = 600 });
        await record.CallAsync(
            "recordUsage", Post, $"/sessions/{session}/usage", new { input_tokens = 2_500, output_tokens = 800, cost_usd = 0.012m, reservation_id = reservation });
        await record.CallAsync("recordUsageBatch", Post, "/sessions/usage/batch", new
        {
            items = new object[]
            {
                new { session_id = session, idempotency_key = "call-2", input_tokens = 1_200, output_tokens = 300 },
                new { session_id = session, idempotency_key = "call-3", input_tokens = 900, output_tokens = -1 },
            },
        });
        await record.CallAsync("listUsage", Get, $"/sessions/{session}/usage?limit=1");
        await record.CallAsync("getSession", Get, $"/sessions/{session}");
        await record.CallAsync("listAgentSessions", Get, $"/agents/{agent}/sessions");
        await record.CallAsync("listTeamSessions", Get, $"/teams/{team}/sessions?status=active");
        await record.CallAsync("listOrganisationSessions", Get, $"/orgs/{organisation}/sessions?limit=1");
        await BudgetAsync();
        await record.CallAsync("getAgentBudget", Get, $"/agents/{agent}/budget");
        var second = (await host.Api.PostAsync($"/sessions/{session}/reservations", new { estimated_cost_usd = 0.10m })).Created.Text("id");
        await record.CallAsync("releaseReservation", Delete, $"/reservations/{second}");
        await record.RefuseAsync(Post, $"/reservations/{second}/extend", new { ttl_seconds = 600 });
        var child = await record.CallAsync("createChildToken", Post, $"/sessions/{session}/child-tokens", new { ttl_seconds = 300 });
        child!["token"] = "EXAMPLE-0123456789abcdefghijklmnopqrstuvwxyz";
    }

    private async Task ManageAsync()
    {
        await record.CallAsync("listPrices", Get, "/prices?limit=1");
        await record.CallAsync("setModelPrice", Put, "/prices/house-model", new { input_usd_per_mtok = 3.00m, output_usd_per_mtok = 15.00m, cache_read_usd_per_mtok = 0.30m });
        await record.CallAsync("getModelPrices", Get, "/prices/house-model");
        var asked = await CreateAsync(
            "createHumanRequest", "/human-requests", new { agent_id = agent, session_id = session, kind = "budget_increase", question = "May I run the tests again?", requested_usd = 0.25m });
        await record.CallAsync("listHumanRequests", Get, $"/teams/{team}/human-requests?status=pending");
        await record.CallAsync("listOrganisationHumanRequests", Get, $"/orgs/{organisation}/human-requests?status=pending");
        await record.CallAsync("respondToHumanRequest", Post, $"/human-requests/{asked}/respond", new { decision = "approved", response = "Once.", granted_usd = 0.25m });
        await record.RefuseAsync(Post, $"/human-requests/{asked}/respond", new { decision = "denied" });
        await record.CallAsync("getHumanRequest", Get, $"/human-requests/{asked}");
        var alerts = await record.CallAsync("listAlerts", Get, $"/teams/{team}/alerts?limit=1");
        var alert = alerts![0]!.Text("id");
        await record.CallAsync("listOrganisationAlerts", Get, $"/orgs/{organisation}/alerts?limit=1");
        await record.CallAsync("getAlert", Get, $"/alerts/{alert}");
        await record.CallAsync("acknowledgeAlert", Post, $"/alerts/{alert}/acknowledge");
        await record.CallAsync("acknowledgeAlerts", Post, $"/teams/{team}/alerts/acknowledge", new { kind = "threshold" });
        await record.CallAsync("acknowledgeOrganisationAlerts", Post, $"/orgs/{organisation}/alerts/acknowledge", new { kind = "budget_exceeded" });
        var webhook = (await record.CallAsync("createWebhook", Post, $"/teams/{team}/webhooks", new { url = receiver.Url, events = new[] { "alert", "stop" } }))!;
        webhook["secret"] = "whsec_EXAMPLE0123456789abcdefghijklmnopqrstuvw=";
        var id = webhook.Text("id");
        await record.CallAsync("listWebhooks", Get, $"/teams/{team}/webhooks");
        await record.CallAsync("getWebhook", Get, $"/webhooks/{id}");
        await record.CallAsync("testWebhook", Post, $"/webhooks/{id}/test");
        await DeliverAsync($"/webhooks/{id}/deliveries");
        await record.CallAsync("listWebhookDeliveries", Get, $"/webhooks/{id}/deliveries?limit=1");
        await record.CallAsync("deleteWebhook", Delete, $"/webhooks/{id}");
        var ofOrganisation = (await record.CallAsync(
            "createOrganisationWebhook",
            Post,
            $"/orgs/{organisation}/webhooks",
            new { events = new[] { "alert" }, format = "pagerduty", routing_key = "EXAMPLE-KEY", digest = "weekly" }))!;
        ofOrganisation["secret"] = "whsec_EXAMPLE0123456789abcdefghijklmnopqrstuvw=";
        await record.CallAsync("listOrganisationWebhooks", Get, $"/orgs/{organisation}/webhooks");
        await host.Api.SendAsync(Delete, $"/webhooks/{ofOrganisation.Text("id")}", null);
    }

    private async Task ReportAsync()
    {
        await host.SummariseAsync();
        await record.CallAsync("getTeamCosts", Get, $"/teams/{team}/costs?period=today");
        await record.CallAsync("getOrganisationCosts", Get, $"/orgs/{organisation}/costs?period=month");
        record.RecordText("getTeamCosts", (await host.Api.GetAsync($"/teams/{team}/costs?period=today&format=csv")).Text);
        record.RecordText("getOrganisationCosts", (await host.Api.GetAsync($"/orgs/{organisation}/costs?period=month&format=csv")).Text);
        await ReportLabelsAsync();
        await record.CallAsync("simulateDailyCap", Get, $"/teams/{team}/costs/what-if?daily_cost_limit_usd=0.01&days=1");
        var invoice = new { period = "month", invoice = new[] { new { model = Model, cost_usd = 0.03m } } };
        await record.CallAsync("reconcileTeamCosts", Post, $"/teams/{team}/costs/reconcile", invoice);
        await record.CallAsync("reconcileOrganisationCosts", Post, $"/orgs/{organisation}/costs/reconcile", invoice);
        await record.CallAsync("listGuidelines", Get, "/guidelines");
        await record.CallAsync("getGateway", Get, "/gateway");
        await record.CallAsync("listAuditEntries", Get, "/audit?action=team_settings_changed&limit=1");
    }

    private async Task StopAsync()
    {
        var reason = new { reason = "Release freeze" };
        await record.CallAsync("pauseAgent", Post, $"/agents/{agent}/pause", new { reason = "Check the last diff", expires_at = host.Clock.GetUtcNow().AddHours(1) });
        await record.RefuseAsync(Post, "/sessions/start", new { agent_id = agent });
        await record.CallAsync("checkClaudeCodeHook", Post, $"/hooks/claude-code?agent_id={agent}&session_id={session}", new { hook_event_name = "PreToolUse", session_id = "8f2c" });
        await record.CallAsync("getAgentPause", Get, $"/agents/{agent}/pause");
        await record.CallAsync("resumeAgent", Post, $"/agents/{agent}/resume", new { reason = "Checked" });
        await record.CallAsync("pauseTeam", Post, $"/teams/{team}/pause", reason);
        await record.CallAsync("getTeamPause", Get, $"/teams/{team}/pause");
        await record.CallAsync("resumeTeam", Post, $"/teams/{team}/resume", new { reason = "Released" });
        await record.CallAsync("pauseOrganisation", Post, $"/orgs/{organisation}/pause", reason);
        await record.CallAsync("getOrganisationPause", Get, $"/orgs/{organisation}/pause");
        await record.CallAsync("resumeOrganisation", Post, $"/orgs/{organisation}/resume", new { reason = "Released" });
        var other = (await host.Api.PostAsync("/sessions/start", new { agent_id = agent })).Created.Number("id");
        await record.CallAsync("killSession", Post, $"/sessions/{other}/kill", new { reason = "It repeats itself" });
        await record.RefuseAsync(Post, $"/sessions/{session}/reservations", new { estimated_cost_usd = 5.00m });
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        await record.CallAsync("endSession", Post, $"/sessions/{session}/end", new { outcome = "completed" });
    }

    /// <summary>Waits until the newest message is delivered.</summary>
    private async Task DeliverAsync(string path)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while ((await host.Api.GetAsync(path)).Ok[0]!.Text("status") != "delivered")
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    private async Task<StreamReader> OpenAsync(string path) => new(await host.Api.Http.GetStreamAsync(new Uri("/api/v1" + path, UriKind.Relative)));

    /// <summary>Reads a stream up to the end of its first event.</summary>
    private static async Task<string> ReadAsync(StreamReader stream)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        var text = "";
        for (var hasData = false; ;)
        {
            var line = await stream.ReadLineAsync(patience.Token);
            text += line + "\n";
            hasData |= line!.StartsWith("data:", StringComparison.Ordinal);
            if (hasData && line.Length == 0)
            {
                return text;
            }
        }
    }

    private async Task<string> CreateAsync(string operation, string path, object body) => (await record.CallAsync(operation, Post, path, body))!.Text("id")!;
}
