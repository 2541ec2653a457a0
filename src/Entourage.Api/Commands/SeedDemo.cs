using System.Globalization;
using Entourage.Application.Access;
using Entourage.Application.Agents;
using Entourage.Application.Errors;
using Entourage.Application.Json;
using Entourage.Application.Ledger;
using Entourage.Application.Organisations;
using Entourage.Application.Sessions;
using Entourage.Application.Settings;
using Entourage.Application.Tasks;
using Entourage.Application.Teams;
using Entourage.Domain.Sessions;
using Entourage.Domain.Tasks;
using Entourage.Domain;
using Entourage.Infrastructure.Persistence;
using MediatR;

namespace Entourage.Api.Commands;

/// <summary>
/// The command <c>seed-demo</c>: two weeks of two teams at work, made by the same requests that agents and leads send, at a clock
/// that is moved along.
/// </summary>
internal sealed class SeedDemo(IServiceProvider services, DemoClock clock, TextWriter console)
{
    /// <summary>The word that asks for it.</summary>
    public const string Command = "seed-demo";

    private const string Slug = "demo";
    private const int Days = 14;

    // The same demo each time.
    private readonly Random random = new(20_261);
    private readonly DateTimeOffset now = clock.GetUtcNow();
    private readonly List<IReadOnlyList<long>> tasksOfTeams = [];
    private int sessions;
    private int usages;
    private int refusals;

    /// <summary>Fills the store.</summary>
    /// <returns>The exit code: 0 when it is filled, 1 when there is a demo in it already.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await DatabaseStartup.PrepareAsync(services, cancellationToken);
        var jobs = services.GetServices<IHostedService>().OfType<BackgroundService>().ToArray();
        foreach (var job in jobs)
        {
            await job.StartAsync(cancellationToken);
        }

        try
        {
            return await FillAsync();
        }
        finally
        {
            foreach (var job in jobs)
            {
                await job.StopAsync(cancellationToken);
            }
        }
    }

    private async Task<int> FillAsync()
    {
        clock.Now = now.AddDays(-Days - 1);
        OrganisationResponse organisation;
        try
        {
            organisation = await SendAsync(new CreateOrganisationCommand("Demo", Slug, null));
        }
        catch (ConflictException)
        {
            await console.WriteLineAsync("There is a demo in this store already.");
            return 1;
        }

        var planned = new List<PlannedSession>();
        foreach (var team in DemoWorld.Teams)
        {
            planned.AddRange(await CreateAsync(organisation.Id, team));
        }

        foreach (var session in planned.OrderBy(session => session.StartsAt))
        {
            await WorkAsync(session);
        }

        foreach (var tasks in tasksOfTeams)
        {
            await FinishAsync(tasks);
        }

        await console.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{DemoWorld.Teams.Count} teams, {sessions} sessions, {usages} usages over {Days} days; {refusals} starts were refused by a cap."));
        await console.WriteLineAsync($"  curl \"http://localhost:8000/api/v1/orgs/{organisation.Id}/costs?period=7d\"");
        return 0;
    }

    /// <summary>Makes a team with its agents and tasks, and plans what these do.</summary>
    private async Task<IReadOnlyList<PlannedSession>> CreateAsync(Guid organisationId, DemoTeam plan)
    {
        var team = await SendAsync(new CreateTeamCommand(organisationId, plan.Name, plan.Slug, plan.Timezone, null));
        await SendAsync(new ChangeTeamSettingsCommand(
            team.Id, Set<Money?>(plan.DailyLimit), default, default, default, default, default, default, default, default, default, default, default, default, default, null));
        var tasks = new List<long>();
        foreach (var (title, type, budget) in plan.Tasks)
        {
            string[] tags = budget is { } usd ? [string.Create(CultureInfo.InvariantCulture, $"budget:{usd}")] : [];
            tasks.Add((await SendAsync(new CreateTaskCommand(team.Id, title, null, TaskPriority.Medium, type, tags, null, null, null))).Id);
        }

        tasksOfTeams.Add(tasks);
        var planned = new List<PlannedSession>();
        foreach (var (name, role, model) in plan.Agents)
        {
            var agent = await SendAsync(new CreateAgentCommand(team.Id, name, role, model, null));
            planned.AddRange(PlanOf(agent.Id, model, TimeZoneInfo.FindSystemTimeZoneById(plan.Timezone), tasks));
        }

        return planned;
    }

    /// <summary>An agent's sessions: in working hours, few at weekends, with tasks that follow each other over the days.</summary>
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

    /// <summary>All tasks but the last three are done.</summary>
    private async Task FinishAsync(IReadOnlyList<long> tasks)
    {
        for (var i = 0; i < tasks.Count; i++)
        {
            clock.Now = now.AddDays(((double)Days * (i + 1) / tasks.Count) - Days);
            WorkTaskStatus[] way = i < tasks.Count - 3
                ? [WorkTaskStatus.InProgress, WorkTaskStatus.InReview, WorkTaskStatus.Done]
                : [WorkTaskStatus.InProgress];
            foreach (var status in way)
            {
                await SendAsync(new ChangeTaskStatusCommand(tasks[i], status));
            }
        }
    }

    private async Task WorkAsync(PlannedSession plan)
    {
        clock.Now = plan.StartsAt;
        SessionResponse session;
        try
        {
            session = await SendAsync(new StartSessionCommand(plan.AgentId, plan.TaskId, null, null, null, null));
        }
        catch (BudgetExceededException)
        {
            refusals++;
            return;
        }

        sessions++;
        var endsAt = plan.StartsAt + plan.Lasts;
        clock.Now = endsAt < now ? endsAt : now;
        var items = Enumerable.Range(0, plan.Calls)
            .Select(call => UsageOf(plan, session.Id, call))
            .Where(usage => usage.OccurredAt <= now)
            .Select(usage => new UsageBatchItem(usage))
            .ToArray();
        if (items.Length > 0)
        {
            usages += (await SendAsync(new RecordUsageBatchCommand(items, null))).Count(outcome => outcome.Usage is not null);
        }

        if (endsAt < now)
        {
            await SendAsync(new EndSessionCommand(session.Id, null, random.Next(40) == 0 ? "The tests could not be made to pass." : null));
        }
    }

    /// <summary>A call: its conversation grows, and is mostly read from the cache.</summary>
    private RecordUsageCommand UsageOf(PlannedSession plan, long sessionId, int call) => new(
        sessionId,
        random.Next(200, 3_000),
        random.Next(100, 2_000),
        call * random.Next(1_500, 3_500),
        // What others bill as a cache write, Google bills as storage.
        plan.Model.StartsWith("gemini", StringComparison.Ordinal) ? 0 : random.Next(0, 3_000),
        null,
        false,
        null,
        null,
        null,
        plan.StartsAt + (plan.Lasts * call / plan.Calls),
        random.Next(60) == 0 ? "Overloaded: try again later." : null,
        Billing.Api,
        null);

    private static Patch<T> Set<T>(T value) => new(value);

    private async Task<T> SendAsync<T>(IRequest<T> request)
    {
        await using var scope = services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallerContext>().Current = Caller.Entourage;
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request);
    }

    private sealed record PlannedSession(Guid AgentId, string Model, long TaskId, DateTimeOffset StartsAt, TimeSpan Lasts, int Calls);
}

/// <summary>A clock that is set.</summary>
internal sealed class DemoClock : TimeProvider
{
    /// <summary>What it says (UTC).</summary>
    public DateTimeOffset Now { get; set; } = System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => Now;
}
