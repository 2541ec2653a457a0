using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Paging;
using Entourage.Domain.Sessions;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Sessions;

/// <summary>Lists the sessions of an agent, newest first.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="TaskId">Only sessions on this task; null for all.</param>
/// <param name="Status">Only sessions with this status; null for all.</param>
/// <param name="Page">The page to return.</param>
public sealed record ListAgentSessionsQuery(Guid AgentId, long? TaskId, SessionStatus? Status, PageRequest Page) : IQuery<Page<SessionResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Agent(AgentId));
}

internal sealed class ListAgentSessionsValidator : AbstractValidator<ListAgentSessionsQuery>
{
    public ListAgentSessionsValidator() => RuleFor(query => query.Page.Limit).PageLimit();
}

internal sealed class ListAgentSessionsHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<ListAgentSessionsQuery, Page<SessionResponse>>
{
    public async Task<Page<SessionResponse>> Handle(ListAgentSessionsQuery request, CancellationToken cancellationToken)
    {
        var before = request.Page.AfterNumber;
        await db.Agents.GetAsync(request.AgentId, "agent", cancellationToken);
        var rows = await db.Sessions.AsNoTracking()
            .Where(session => session.AgentId == request.AgentId)
            .Where(session => request.TaskId == null || session.TaskId == request.TaskId)
            .Where(session => request.Status == null || session.Status == request.Status)
            .Where(session => before == null || session.Id < before)
            .OrderByDescending(session => session.Id)
            .Take(request.Page.Limit + 1)
            .Select(SessionRow.Projection(db))
            .ToListAsync(cancellationToken);
        return request.Page.Of(await SessionResponse.ReadAsync(db, rows, time.GetUtcNow(), cancellationToken), session => session.Id);
    }
}
