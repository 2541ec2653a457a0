using System.Globalization;
using Entourage.Application.Agents;
using Entourage.Application.Errors;
using Entourage.Application.HumanRequests;
using Entourage.Application.Json;
using Entourage.Application.Keys;
using Entourage.Application.Ledger;
using Entourage.Application.Organisations;
using Entourage.Application.Sessions;
using Entourage.Application.Settings;
using Entourage.Application.Tasks;
using Entourage.Application.Teams;
using Entourage.Domain;
using Entourage.Domain.Access;
using Entourage.Domain.Sessions;
using Entourage.Domain.Tasks;
using Entourage.Infrastructure.Persistence;

namespace Entourage.Api.Commands;

/// <summary>
/// The command <c>seed-demo</c>: fills the store with two weeks of work by two teams. It sends the same requests as agents and leads, and sets
/// the clock to the time of each.
/// </summary>
internal sealed class SeedDemo
{
    private const string Slug = "demo";
    private const int Days = 14;

    // A fixed seed, so that the demo is the same each time.
    private readonly Random random = new(20_261);
    private readonly CommandContext context;
    private readonly DemoClock clock;
    private readonly DateTimeOffset now;
    private readonly List<IReadOnlyList<long>> tasksByTeam = [];
    private readonly List<Guid> agentIds = [];
    private int sessions;
    private int usages;
    private int refusals;

    private SeedDemo(CommandContext context)
    {
        this.context = context;
        clock = (DemoClock)context.Services.GetRequiredService<TimeProvider>();
        now = clock.Now;
    }

    public static void ConfigureServices(IServiceCollection services) => services.AddSingleton<TimeProvider>(new DemoClock());

    /// <returns>0 when done, 1 if a server or a command uses the store, or it has an organisation.</returns>
    public static async Task<int> RunAsync(CommandContext context)
    {
        // A server would count the past usage under its own clock.
        if (DatabaseStartup.IsInUse(context.Services))
        {
            await context.Console.WriteLineAsync($"A server or a command has {context.SqlitePath} open. Stop it first, or start a server with --demo.");
            return 1;
        }

        await DatabaseStartup.PrepareAsync(context.Services, CancellationToken.None);
        var jobs = context.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToArray();
        foreach (var job in jobs)
        {
            await job.StartAsync(CancellationToken.None);
        }

        try
        {
            return await new SeedDemo(context).FillAsync();
        }
        finally
        {
            foreach (var job in jobs)
            {
                await job.StopAsync(CancellationToken.None);
            }
        }
    }

    private async Task<int> FillAsync()
    {
        if ((await context.SendAsync(new ListOrganisationsQuery(new(1, null)))).Items.Count > 0)
        {
            await context.Console.WriteLineAsync("The store already has data. Start a server with --demo to see the demo beside it.");
            return 1;
        }

        clock.Now = now.AddDays(-Days - 1);
        var organisation = await context.SendAsync(new CreateOrganisationCommand("Demo", Slug, null));

        var planned = new List<PlannedSession>();
        foreach (var team in DemoWorld.Teams)
        {
            planned.AddRange(await CreateAsync(organisation.Id, team));
        }

        foreach (var session in planned.OrderBy(session => session.StartsAt))
        {
            await WorkAsync(session);
        }

        foreach (var tasks in tasksByTeam)
        {
            await FinishAsync(tasks);
        }

        clock.Now = now;
        await AskAsync();

        await context.Console.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"Created {DemoWorld.Teams.Count} teams, {sessions} sessions and {usages} usage records over {Days} days. Caps refused {refusals} session starts."));
        await context.Console.WriteLineAsync($"  curl \"http://localhost:8000/api/v1/orgs/{organisation.Id}/costs?period=7d\"");
        return 0;
    }

    /// <summary>Creates a team with its agents and tasks, and plans the sessions of its agents.</summary>
    private async Task<IReadOnlyList<PlannedSession>> CreateAsync(Guid organisationId, DemoTeam plan)
    {
        var team = await context.SendAsync(new CreateTeamCommand(organisationId, plan.Name, plan.Slug, plan.Timezone, null));
        await context.SendAsync(new ChangeTeamSettingsCommand(
            team.Id, Set<Money?>(plan.DailyLimit), default, default, default, default, default, default, default, default, default, default, default, default, default, default, null));
        var tasks = new List<long>();
        foreach (var (title, type, budget) in plan.Tasks)
        {
            string[] tags = budget is { } usd ? [string.Create(CultureInfo.InvariantCulture, $"budget:{usd}")] : [];
            tasks.Add((await context.SendAsync(new CreateTaskCommand(team.Id, title, null, TaskPriority.Medium, type, tags, null, null, null, null))).Id);
        }

        tasksByTeam.Add(tasks);
        await context.SendAsync(new CreateKeyCommand($"{plan.Name} lead", CallerRole.Lead, team.Id, null, null));
        var planned = new List<PlannedSession>();
        foreach (var (name, role, model) in plan.Agents)
        {
            var agent = await context.SendAsync(new CreateAgentCommand(team.Id, name, role, model, null));
            await context.SendAsync(new CreateKeyCommand(name, CallerRole.Agent, null, agent.Id, null));
            agentIds.Add(agent.Id);
            planned.AddRange(PlanOf(agent.Id, model, TimeZoneInfo.FindSystemTimeZoneById(plan.Timezone), tasks));
        }

        return planned;
    }

    /// <summary>Plans an agent's sessions: in working hours, fewer at weekends, and on later tasks as the days pass.</summary>
    private IEnumerable<PlannedSession> PlanOf(Guid agentId, string model, TimeZoneInfo zone, List<long> tasks)
    {
        for (var day = Days; day >= 0; day--)
        {
            var midnight = TimeZoneInfo.ConvertTime(now.AddDays(-day), zone).Date;
            var weekend = midnight.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
            for (var count = weekend ? random.Next(0, 3) : random.Next(3, 9); count > 0; count--)
            {
                var local = midnight.AddMinutes(random.Next(8 * 60, 19 * 60));
                var startsAt = new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
                var recent = (Days - day) * (tasks.Count - 3) / Days;
                if (startsAt < now)
                {
                    yield return new(
                        agentId, model, tasks[recent + random.Next(0, 3)], startsAt, TimeSpan.FromMinutes(random.Next(4, 40)), random.Next(6, 26));
                }
            }
        }
    }

    /// <summary>Finishes all tasks except the last three, which stay in progress.</summary>
    private async Task FinishAsync(IReadOnlyList<long> tasks)
    {
        for (var i = 0; i < tasks.Count; i++)
        {
            clock.Now = now.AddDays(((double)Days * (i + 1) / tasks.Count) - Days);
            WorkTaskStatus[] steps = i < tasks.Count - 3
                ? [WorkTaskStatus.InProgress, WorkTaskStatus.InReview, WorkTaskStatus.Done]
                : [WorkTaskStatus.InProgress];
            foreach (var status in steps)
            {
                await context.SendAsync(new ChangeTaskStatusCommand(tasks[i], status));
            }
        }
    }

    /// <summary>Leaves requests that wait for an answer.</summary>
    private async Task AskAsync()
    {
        foreach (var (agent, kind, question, usd) in DemoWorld.Requests)
        {
            await context.SendAsync(new CreateHumanRequestCommand(agentIds[agent], null, kind, question, usd, null));
        }
    }

    private async Task WorkAsync(PlannedSession plan)
    {
        clock.Now = plan.StartsAt;
        SessionResponse session;
        try
        {
            session = await context.SendAsync(new StartSessionCommand(plan.AgentId, plan.TaskId, null, null, null, null));
        }
        catch (BudgetExceededException)
        {
            refusals++;
            return;
        }

        sessions++;
        var endsAt = plan.StartsAt + plan.Duration;
        clock.Now = endsAt < now ? endsAt : now;
        var items = Enumerable.Range(0, plan.Calls)
            .Select(call => UsageOf(plan, session.Id, call))
            .Where(usage => usage.OccurredAt <= now)
            .Select(usage => new UsageBatchItem(usage))
            .ToArray();
        if (items.Length > 0)
        {
            usages += (await context.SendAsync(new RecordUsageBatchCommand(items, null))).Count(outcome => outcome.Usage is not null);
        }

        if (endsAt < now)
        {
            await context.SendAsync(new EndSessionCommand(session.Id, null, random.Next(40) == 0 ? "The tests could not be made to pass." : null));
        }
    }

    /// <summary>A call of a growing conversation, most of which is read from the cache.</summary>
    private RecordUsageCommand UsageOf(PlannedSession plan, long sessionId, int call) => new(
        sessionId,
        random.Next(200, 3_000),
        random.Next(100, 2_000),
        call * random.Next(1_500, 3_500),
        // Google bills cache writes as storage, not by tokens.
        plan.Model.StartsWith("gemini", StringComparison.Ordinal) ? 0 : random.Next(0, 3_000),
        null,
        false,
        null,
        null,
        null,
        plan.StartsAt + (plan.Duration * call / plan.Calls),
        random.Next(60) == 0 ? "Overloaded: try again later." : null,
        Billing.Api,
        null);

    private static Patch<T> Set<T>(T value) => new(value);

    private sealed record PlannedSession(Guid AgentId, string Model, long TaskId, DateTimeOffset StartsAt, TimeSpan Duration, int Calls);
}

/// <summary>A clock that shows the time it is set to.</summary>
internal sealed class DemoClock : TimeProvider
{
    /// <summary>The time (UTC).</summary>
    public DateTimeOffset Now { get; set; } = System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => Now;
}
