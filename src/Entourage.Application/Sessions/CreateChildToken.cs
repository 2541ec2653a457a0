using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Domain.Sessions;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Sessions;

/// <summary>
/// Issues a one-time token with which another agent of the team can start a session below this one (rule 16). It accepts no idempotency key, because
/// the stored answer would contain the secret. If the answer is lost, the token expires unused.
/// </summary>
/// <param name="SessionId">The parent session.</param>
/// <param name="AgentId">The only agent that may use the token; null for any agent of the team.</param>
/// <param name="TtlSeconds">The lifetime of the token in seconds: 1 to 3,600; null for 300.</param>
public sealed record CreateChildTokenCommand(long SessionId, Guid? AgentId, long? TtlSeconds) : ICommand<ChildTokenResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Session(SessionId));
}

/// <summary>A newly issued token, which is not shown again.</summary>
/// <param name="Token">The value to send as <c>parent_token</c> to start a session.</param>
/// <param name="SessionId">The parent session.</param>
/// <param name="AgentId">The only agent that may use the token; null for any agent of the team.</param>
/// <param name="ExpiresAt">When it expires (UTC).</param>
public sealed record ChildTokenResponse(string Token, long SessionId, Guid? AgentId, DateTimeOffset ExpiresAt);

internal sealed class CreateChildTokenValidator : AbstractValidator<CreateChildTokenCommand>
{
    public CreateChildTokenValidator() => RuleFor(command => command.TtlSeconds).InclusiveBetween(1, ChildToken.MaxTtlSeconds);
}

internal sealed class CreateChildTokenHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<CreateChildTokenCommand, ChildTokenResponse>
{
    public async Task<ChildTokenResponse> Handle(CreateChildTokenCommand request, CancellationToken cancellationToken)
    {
        var teamId = await db.Sessions.Where(session => session.Id == request.SessionId).Select(session => (Guid?)session.TeamId)
            .SingleOrDefaultAsync(cancellationToken) ?? throw new NotFoundException("session", request.SessionId);
        if (request.AgentId is { } agentId && !await db.Agents.AnyAsync(agent => agent.Id == agentId && agent.TeamId == teamId, cancellationToken))
        {
            throw new InvalidInputException("agent_id", "The session's team has no agent with this id.");
        }

        // Prevents concurrent requests from exceeding the number of outstanding tokens, and the session from ending meanwhile.
        await db.LockOrganisationOfTeamAsync(teamId, cancellationToken);
        if (!await db.Sessions.AnyAsync(session => session.Id == request.SessionId && session.Status == SessionStatus.Active, cancellationToken))
        {
            throw Session.ParentEnded(request.SessionId);
        }

        var now = time.GetUtcNow();
        var outstanding = await db.ChildTokens.CountAsync(token => token.SessionId == request.SessionId && token.ExpiresAt > now, cancellationToken);
        if (outstanding >= ChildToken.MaxOutstanding)
        {
            throw new ConflictException(
                "too-many-child-tokens",
                $"Session {request.SessionId} has {outstanding} child tokens that are neither used nor expired. The limit is {ChildToken.MaxOutstanding}. "
                + "Use one of them, or wait until one expires.");
        }

        var (token, text) = ChildToken.Issue(
            request.SessionId, request.AgentId, TimeSpan.FromSeconds(request.TtlSeconds ?? ChildToken.DefaultTtlSeconds), now);
        db.ChildTokens.Add(token);
        await db.SaveChangesAsync(cancellationToken);
        return new(text, token.SessionId, token.AgentId, token.ExpiresAt);
    }
}
