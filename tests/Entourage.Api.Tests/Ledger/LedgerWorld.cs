using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Ledger;

/// <summary>Applies the same steps to the product and to its model, and compares them after each.</summary>
internal sealed partial class LedgerWorld
{
    private readonly ApiHost host;
    private readonly LedgerModel model = new();
    private TestTeam team = null!;
    private string[] agents = [];
    private long[] tasks = [];
    private int keys;

    private LedgerWorld(ApiHost host) => this.host = host;

    private ApiClient Api => host.Api;

    /// <summary>Creates a team with caps, two agents, two tasks and a session.</summary>
    public static async Task<LedgerWorld> CreateAsync(ApiHost host, IEnumerable<LimitStep> caps, IEnumerable<RuleStep> rules)
    {
        var world = new LedgerWorld(host) { team = await host.Api.CreateTeamAsync() };
        world.agents = [world.team.Agent, await host.Api.CreateAgentAsync(world.team.Id, "eng-2")];
        world.tasks = [await world.team.CreateTaskAsync(), await world.team.CreateTaskAsync()];
        world.model.Now = host.Clock.GetUtcNow();
        await world.SetPricesAsync();
        await world.StartAsync(new StartStep(0, 0, -1));
        foreach (var cap in caps)
        {
            await world.LimitAsync(cap);
        }

        world.model.RequireLimits();
        foreach (var rule in rules)
        {
            await world.ChangeRuleAsync(rule);
        }

        foreach (var rule in world.model.Rules)
        {
            world.model.Require(rule);
        }

        return world;
    }

    /// <summary>Applies a step and checks every rule.</summary>
    public async Task TakeAsync(Step step)
    {
        await (step switch
        {
            StartStep start => StartAsync(start),
            ReserveStep reserve => ReserveAsync(reserve),
            UseStep use => UseAsync(use),
            BatchStep batch => UseAsync(batch),
            ReleaseStep release => ReleaseAsync(release),
            ExtendStep extend => ExtendAsync(extend),
            EndStep end => EndAsync(end),
            KillStep kill => KillAsync(kill),
            PauseStep pause => PauseAsync(pause),
            ArchiveStep archive => ArchiveAsync(archive),
            ResumeStep resume => ResumeAsync(resume),
            ExceedStep exceed => ExceedAsync(exceed),
            LimitStep limit => LimitAsync(limit),
            RuleStep rule => ChangeRuleAsync(rule),
            NoRuleStep rule => DeleteRuleAsync(rule),
            EnforceStep enforce => EnforceAsync(enforce),
            ZoneStep zone => MoveAsync(zone),
            WaitStep wait => WaitAsync(wait),
            _ => throw new InvalidOperationException(),
        });
        await CheckAsync();
    }

    private ModelSession SessionAt(int place) => model.Sessions[place % model.Sessions.Count];

    private ModelReservation? ReservationAt(int place) =>
        place < 0 || model.Reservations.Count == 0 ? null : model.Reservations[^((place % model.Reservations.Count) + 1)];

    private async Task StartAsync(StartStep step)
    {
        var parent = step.Parent < 0 ? null : SessionAt(step.Parent);
        var task = step.Task < 0 ? (long?)null : tasks[step.Task];
        // A new session has no number yet. Its root is that of its parent.
        var call = CallOf(step.Call, new(ApiClient.ListedModel, parent?.Call.Customer ?? ""));
        var caps = model.CapsOf(step.Agent, task, parent?.Path ?? [0], call).Where(cap => model.Refuses(cap.Budget) && !cap.Budget.IsRate);
        var expected = parent is { IsActive: false } ? HttpStatusCode.Conflict
            : parent?.Path.Count >= 16 ? HttpStatusCode.UnprocessableEntity
            : model.IsPaused(step.Agent, parent?.Path ?? []) ? HttpStatusCode.Conflict
            : caps.Any(cap => model.IsOver(cap.Budget, cap.Limit)) ? HttpStatusCode.PaymentRequired
            : HttpStatusCode.Created;

        var answer = await Api.PostAsync("/sessions/start", new { agent_id = agents[step.Agent], task_id = task, parent_session_id = parent?.Id, model = ModelOf(step.Call), labels = LabelsOf(step.Call) });
        Assert.That(answer.Status, Is.EqualTo(expected), answer.Text);
        if (expected == HttpStatusCode.Created)
        {
            var id = answer.Json.Number("id")!.Value;
            model.Sessions.Add(new(id, step.Agent, task, [id, .. parent?.Path ?? []], call));
        }
    }

    private async Task ReserveAsync(ReserveStep step)
    {
        var session = SessionAt(step.Session);
        var until = model.Now.AddSeconds(step.Ttl);
        // An estimate in dollars names no model.
        var (call, tokens) = (CallOf(step.Tokens is null ? (-1, step.Call.Customer) : step.Call, session.Call), step.Tokens ?? 0);
        var refusing = model.RefusingToReserve(session, call, step.Usd, tokens, model.Now, until);
        var expected = !session.IsActive || model.IsPaused(session.Agent, session.Path) ? HttpStatusCode.Conflict
            : refusing.Count == 0 ? HttpStatusCode.Created
            : refusing.All(budget => budget.IsRate && (budget.IsInTokens ? tokens : step.Usd) <= LedgerModel.LimitOf(budget)) ? HttpStatusCode.TooManyRequests
            : HttpStatusCode.PaymentRequired;

        object body = step.Tokens is null
            ? new { estimated_cost_usd = step.Usd, ttl_seconds = step.Ttl, labels = LabelsOf(step.Call) }
            : new { model = ModelOf(step.Call), input_tokens = tokens / 2, max_output_tokens = tokens - (tokens / 2), ttl_seconds = step.Ttl, labels = LabelsOf(step.Call) };
        var answer = await SendAsync($"/sessions/{session.Id}/reservations", body, step.IsRepeated);
        Assert.That(answer.Status, Is.EqualTo(expected), () => $"{answer.Text} Expected to refuse: {string.Join(", ", refusing)}");
        if (expected == HttpStatusCode.Created)
        {
            Assert.That(answer.Json.Usd("amount_usd"), Is.EqualTo(step.Usd));
            model.Reservations.Add(new(answer.Json.Text("id")!, session, call, step.Usd, tokens, model.Now) { ExpiresAt = until });
        }
        else if (expected is HttpStatusCode.PaymentRequired or HttpStatusCode.TooManyRequests)
        {
            CheckRefusal(answer, session, call, until, refusing);
        }
    }

    private async Task UseAsync(UseStep step)
    {
        var (session, at, named) = Resolve(step);
        var answer = await SendAsync($"/sessions/{session.Id}/usage", BodyOf(step, at, named), step.IsRepeated);
        Check(step, session, at, named, answer.Status, answer.Json);
        if (answer.Status == HttpStatusCode.OK)
        {
            Assert.That(answer.Json.Usd("cost_usd"), Is.EqualTo(model.Usages.Where(usage => usage.Session == session && !usage.IsImputed).Sum(usage => usage.Usd)));
            Assert.That(answer.Json.Usd("reserved_usd"), Is.EqualTo(model.ReservedBy(session)));
        }
    }

    private async Task UseAsync(BatchStep batch)
    {
        var uses = batch.Uses.Select(use => (Step: use, Resolved: Resolve(use), Key: $"{keys++}")).ToArray();
        var body = new JsonObject
        {
            ["items"] = new JsonArray([.. uses.Select(use =>
            {
                var item = System.Text.Json.JsonSerializer.SerializeToNode(BodyOf(use.Step, use.Resolved.At, use.Resolved.Named))!;
                (item["session_id"], item["idempotency_key"]) = (use.Resolved.Session.Id, use.Key);
                return item;
            })]),
        };
        var items = (await Api.PostAsync("/sessions/usage/batch", body.ToJsonString())).Ok.Items("items");
        for (var i = 0; i < uses.Length; i++)
        {
            Check(uses[i].Step, uses[i].Resolved.Session, uses[i].Resolved.At, uses[i].Resolved.Named, (HttpStatusCode)items[i].Number("status")!, items[i]);
        }

        var again = (await Api.PostAsync("/sessions/usage/batch", body.ToJsonString())).Ok.Items("items");
        Assert.That(again.Where(item => item.Number("status") == 200).All(item => item.Flag("replayed")), Is.True);
    }

    private (ModelSession Session, DateTimeOffset At, ModelReservation? Named) Resolve(UseStep step) =>
        (SessionAt(step.Session), model.Now.AddMinutes(-step.MinutesAgo), ReservationAt(step.Reservation));

    private static object BodyOf(UseStep step, DateTimeOffset at, ModelReservation? named) => new
    {
        input_tokens = step.Tokens / 2,
        output_tokens = step.Tokens - (step.Tokens / 2),
        model = ModelOf(step.Call),
        labels = LabelsOf(step.Call),
        cost_usd = step.Usd,
        occurred_at = at,
        reservation_id = named?.Id,
        billing = step.IsImputed ? "subscription" : "api",
    };

    private void Check(UseStep step, ModelSession session, DateTimeOffset at, ModelReservation? named, HttpStatusCode status, JsonNode answer)
    {
        if (named is not null && named.Session != session)
        {
            Assert.That(status, Is.EqualTo(HttpStatusCode.UnprocessableEntity), answer.ToJsonString());
            return;
        }

        var committed = named is not null && model.IsLive(named) ? named : null;
        var call = CallOf(step.Call, session.Call);
        var counted = step.IsImputed ? 0 : step.Usd;
        var overrun = counted == 0 ? 0 : model.OverrunOf(session, call, counted, isInTokens: false, at, committed);
        var overrunTokens = model.OverrunOf(session, call, step.Tokens, isInTokens: true, at, committed);
        committed?.HasEnded = true;
        var usage = new ModelUsage(session, call, step.Usd, step.Tokens, at, step.IsImputed) { Overrun = (overrun, overrunTokens) };
        model.Usages.Add(usage);
        model.KillWhatExceeds(usage);

        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), answer.ToJsonString());
        Assert.That(answer.Usd("overrun_usd"), Is.EqualTo(overrun), answer.ToJsonString());
        var isOver = model.CapsOf(session, call).Any(cap => model.Refuses(cap.Budget) && !cap.Budget.IsRate && model.IsOver(cap.Budget, cap.Limit));
        Assert.That((answer.Flag("over_budget"), answer.Flag("stop")), Is.EqualTo((isOver, isOver || !session.IsActive || model.IsPaused(session.Agent, session.Path))), answer.ToJsonString());
    }

    private async Task ReleaseAsync(ReleaseStep step)
    {
        if (ReservationAt(step.Reservation) is { } reservation)
        {
            Assert.That((await Api.SendAsync(HttpMethod.Delete, $"/reservations/{reservation.Id}", null)).Status, Is.EqualTo(HttpStatusCode.NoContent));
            reservation.HasEnded = true;
        }
    }

    private async Task ExtendAsync(ExtendStep step)
    {
        if (ReservationAt(step.Reservation) is not { } reservation)
        {
            return;
        }

        var until = new[] { reservation.ExpiresAt, model.Now.AddSeconds(step.Ttl) }.Max();
        var refusing = model.RefusingToReserve(
            reservation.Session, reservation.Call, reservation.Usd, reservation.Tokens, reservation.CreatedAt, until, reservation);
        var expected = !model.IsLive(reservation) || model.IsPaused(reservation.Session.Agent, reservation.Session.Path) ? HttpStatusCode.Conflict
            : refusing.Count == 0 ? HttpStatusCode.OK
            : HttpStatusCode.PaymentRequired;
        var answer = await Api.PostAsync($"/reservations/{reservation.Id}/extend", new { ttl_seconds = step.Ttl });
        Assert.That(answer.Status, Is.EqualTo(expected), answer.Text);
        if (expected == HttpStatusCode.OK)
        {
            reservation.ExpiresAt = until;
        }
    }

    private async Task EndAsync(EndStep step)
    {
        var session = SessionAt(step.Session);
        var answer = (await Api.PostAsync($"/sessions/{session.Id}/end", null)).Ok;
        if (session.IsActive)
        {
            (session.Status, session.EndedAt) = ("completed", model.Now);
        }

        model.Release(session);
        Assert.That((answer.Text("status"), answer.Usd("reserved_usd")), Is.EqualTo((session.Status, (decimal?)0)));
    }

    private async Task LimitAsync(LimitStep step)
    {
        var (path, member) = step.Limit switch
        {
            "org_day" => ($"/settings/orgs/{team.Organisation}", "daily_cost_limit_usd"),
            "org_month" => ($"/settings/orgs/{team.Organisation}", "monthly_cost_limit_usd"),
            "team_day" => ($"/settings/teams/{team.Id}", "daily_cost_limit_usd"),
            "team_week" => ($"/settings/teams/{team.Id}", "weekly_cost_limit_usd"),
            "team_month" => ($"/settings/teams/{team.Id}", "monthly_cost_limit_usd"),
            "agent_day" => ($"/settings/teams/{team.Id}", "agent_daily_cost_limit_usd"),
            _ => ($"/settings/teams/{team.Id}", step.Limit + "_cost_limit_usd"),
        };
        _ = (await Api.PatchAsync(path, new JsonObject { [member] = step.Usd }.ToJsonString())).Ok;
        var killing = model.Killing();
        model.Move(step.Limit, step.Usd);
        model.KillWhatExceeds(killing);
    }

    private async Task EnforceAsync(EnforceStep step)
    {
        await team.ConfigureAsync(new { enforcement = step.IsHard ? "hard" : "observe" });
        var killing = model.Killing();
        model.Enforce(step.IsHard);
        model.KillWhatExceeds(killing);
    }

    private async Task MoveAsync(ZoneStep step)
    {
        await team.ConfigureAsync(new { timezone = step.Zone });
        var killing = model.Killing();
        model.Move(TimeZoneInfo.FindSystemTimeZoneById(step.Zone));
        model.KillWhatExceeds(killing);
    }

    private Task WaitAsync(WaitStep step)
    {
        host.Clock.Advance(TimeSpan.FromSeconds(step.Seconds));
        model.Now = host.Clock.GetUtcNow();
        return Task.CompletedTask;
    }

    /// <summary>Sends a request under a key. A repeated one must get the same answer and have no effect.</summary>
    private async Task<Answer> SendAsync(string path, object body, bool isRepeated)
    {
        var key = (keys++).ToString(CultureInfo.InvariantCulture);
        var answer = await Api.PostAsync(path, body, key);
        if (isRepeated && answer.Status is HttpStatusCode.OK or HttpStatusCode.Created)
        {
            var again = await Api.PostAsync(path, body, key);
            Assert.That((again.Status, again.Text, again.Header("Idempotent-Replayed")), Is.EqualTo((answer.Status, answer.Text, "true")));
        }

        return answer;
    }

    /// <summary>Checks that every budget, session and report matches the model and that hard caps are exceeded only by overruns (rule 3).</summary>
    private async Task CheckAsync()
    {
        for (var agent = 0; agent < agents.Length; agent++)
        {
            var newest = model.NewestActive(agent);
            var caps = model.CapsOf(agent, newest?.Task, newest?.Path ?? [], newest?.Call ?? new(ApiClient.ListedModel, "")).ToArray();
            var answer = await team.BudgetAsync(agents[agent]);
            Assert.That(
                answer.Items("budgets").Select(budget => (
                    budget.Text("scope"), budget.Text("period"), FigureOf(budget, "limit"), FigureOf(budget, "spent"), FigureOf(budget, "reserved"), FigureOf(budget, "remaining"), budget.Flag("over"))),
                Is.EqualTo(caps.Select(cap => (
                    cap.Budget.Scope,
                    cap.Budget.Period,
                    (decimal?)cap.Limit,
                    (decimal?)model.Spent(cap.Budget, model.Now),
                    (decimal?)model.Reserved(cap.Budget, model.Now),
                    (decimal?)model.Remaining(cap.Budget, cap.Limit, model.Now),
                    model.IsOver(cap.Budget, cap.Limit)))));
            var isOver = caps.Any(cap => model.Refuses(cap.Budget) && !cap.Budget.IsRate && model.IsOver(cap.Budget, cap.Limit));
            var isStopped = model.IsPaused(agent, newest?.Path ?? []) || (newest is null && WasKilled(agent));
            Assert.That((answer.Flag("over_budget"), answer.Flag("stop")), Is.EqualTo((isOver, isOver || isStopped)));
            Assert.That(caps.Where(cap => model.Refuses(cap.Budget)).Where(cap => !model.IsWithinHighestLimit(cap.Budget)), Is.Empty, "a hard cap was oversold");
        }

        Assert.That((await team.CostsAsync()).Usd("total_cost_usd"), Is.EqualTo(model.Usages.Where(usage => !usage.IsImputed).Sum(usage => usage.Usd)));
    }
}
