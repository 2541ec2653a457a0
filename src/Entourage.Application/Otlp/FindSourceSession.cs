using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Domain.Otlp;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Otlp;

/// <summary>Finds the session in which a program's telemetry is recorded.</summary>
/// <param name="AgentId">The agent; null for the agent of the named session.</param>
/// <param name="SessionId">The session that the telemetry names; null if it names none.</param>
/// <param name="Name">The program's own name for its session.</param>
/// <param name="At">When the program last used something (UTC).</param>
internal sealed record FindSourceSessionQuery(Guid? AgentId, long? SessionId, string Name, DateTimeOffset At) : IQuery<SourceSessionAnswer>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(AgentId is { } agent ? Resource.Agent(agent) : SessionId is { } session ? Resource.Session(session) : null);
}

/// <summary>The session in which telemetry is recorded.</summary>
/// <param name="AgentId">The agent of the session.</param>
/// <param name="SessionId">The session; null if none exists yet.</param>
public sealed record SourceSessionAnswer(Guid AgentId, long? SessionId)
{
    /// <summary>Whether the session was opened without the requested task, because the team has no such task.</summary>
    public bool IsWithoutTask { get; init; }
}

internal sealed class FindSourceSessionValidator : AbstractValidator<FindSourceSessionQuery>
{
    public FindSourceSessionValidator()
    {
        RuleFor(query => query.Name).NotNull();
        RuleFor(query => query.AgentId).NotEmpty().When(query => query.SessionId is null);
    }
}

internal sealed class FindSourceSessionHandler(IEntourageDb db) : IRequestHandler<FindSourceSessionQuery, SourceSessionAnswer>
{
    public Task<SourceSessionAnswer> Handle(FindSourceSessionQuery request, CancellationToken cancellationToken) =>
        request.SessionId is { } named ? FindNamedAsync(named, request.AgentId, cancellationToken) : FindOwnAsync(request, cancellationToken);

    private async Task<SourceSessionAnswer> FindNamedAsync(long sessionId, Guid? agentId, CancellationToken cancellationToken)
    {
        var ownerId = await db.Sessions.Where(session => session.Id == sessionId).Select(session => (Guid?)session.AgentId)
            .SingleOrDefaultAsync(cancellationToken);
        return ownerId is not null && (agentId is null || agentId == ownerId)
            ? new(ownerId.Value, sessionId)
            : throw new NotFoundException("session", sessionId);
    }

    private async Task<SourceSessionAnswer> FindOwnAsync(FindSourceSessionQuery request, CancellationToken cancellationToken)
    {
        var agentId = request.AgentId!.Value;
        var keyHash = SourceSession.HashOf(agentId, request.Name);
        var linked = await db.SourceSessions.Where(source => source.KeyHash == keyHash)
            .Join(db.Sessions, source => source.SessionId, session => session.Id, (_, session) => new { session.Id, session.Status, session.EndedAt })
            .SingleOrDefaultAsync(cancellationToken);
        return new(agentId, linked is not null && SourceSession.GoesOn(linked.Status, linked.EndedAt, request.At) ? linked.Id : null);
    }
}
