using Entourage.Application.Access;
using Entourage.Application.Agents;
using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Application.Organisations;
using Entourage.Application.Paging;
using Entourage.Application.Tasks;
using Entourage.Application.Teams;
using Entourage.Domain;
using Entourage.Domain.Sessions;
using Entourage.Domain.Tasks;
using MediatR;

namespace Entourage.Api.Commands;

/// <summary>
/// The agents of a demo at work. Every moment one of them starts a session, reports a call or ends its session, as a real agent does: it stops when the
/// answer says so, and waits while it is paused or has no budget.
/// </summary>
internal sealed partial class DemoTraffic(IServiceScopeFactory scopes, ILogger<DemoTraffic> logger) : BackgroundService
{
    // The longest session, in calls.
    private const int MaxCalls = 30;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Random random = new();
    private readonly Dictionary<Guid, (long Session, int Calls)> working = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var agents = await FindAgentsAsync(stoppingToken);
        using var timer = new PeriodicTimer(Pause);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var (agent, tasks) = agents[random.Next(agents.Count)];
            try
            {
                await WorkAsync(agent, tasks, stoppingToken);
            }
            catch (Exception exception) when (exception is BudgetExceededException or ConflictException or RuleViolationException)
            {
                // No budget, a pause or a killed session: the agent tries again later.
                working.Remove(agent.Id);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogFailed(logger, exception);
            }
        }
    }

    private async Task WorkAsync(AgentResponse agent, IReadOnlyList<TaskResponse> tasks, CancellationToken cancellationToken)
    {
        if (!working.TryGetValue(agent.Id, out var work))
        {
            var task = tasks.Count == 0 ? default(long?) : tasks[random.Next(tasks.Count)].Id;
            var started = await SendAsync(new StartSessionCommand(agent.Id, task, null, null, null, null), cancellationToken);
            working[agent.Id] = (started.Id, 0);
            return;
        }

        var answer = await SendAsync(UsageOf(agent, work.Session, work.Calls), cancellationToken);
        working[agent.Id] = (work.Session, work.Calls + 1);
        if (answer.Stop || work.Calls == MaxCalls || random.Next(MaxCalls) == 0)
        {
            working.Remove(agent.Id);
            await SendAsync(new EndSessionCommand(work.Session, null, null), cancellationToken);
        }
    }

    private RecordUsageCommand UsageOf(AgentResponse agent, long session, int calls) => new(
        session,
        random.Next(200, 3_000),
        random.Next(100, 1_500),
        calls * random.Next(1_000, 2_500),
        0,
        null,
        false,
        null,
        agent.Model,
        null,
        null,
        null,
        Billing.Api,
        null);

    private async Task<IReadOnlyList<(AgentResponse Agent, IReadOnlyList<TaskResponse> Tasks)>> FindAgentsAsync(CancellationToken cancellationToken)
    {
        var page = new PageRequest(PageRequest.MaxLimit, null);
        var organisation = (await SendAsync(new ListOrganisationsQuery(page), cancellationToken)).Items.Single();
        var agents = new List<(AgentResponse, IReadOnlyList<TaskResponse>)>();
        foreach (var team in (await SendAsync(new ListTeamsQuery(organisation.Id, page), cancellationToken)).Items)
        {
            var tasks = (await SendAsync(new ListTasksQuery(team.Id, WorkTaskStatus.InProgress, page), cancellationToken)).Items;
            agents.AddRange((await SendAsync(new ListAgentsQuery(team.Id, page), cancellationToken)).Items.Select(agent => (agent, tasks)));
        }

        return agents;
    }

    private async Task<T> SendAsync<T>(IRequest<T> request, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallerContext>().Current = Caller.Entourage;
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request, cancellationToken);
    }

    [LoggerMessage(6, LogLevel.Warning, "An agent of the demo could not work. Another one goes on")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
