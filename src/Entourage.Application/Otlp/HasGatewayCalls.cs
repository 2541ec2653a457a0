using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Otlp;

/// <summary>Whether calls of a session pass through the gateway, which records them itself.</summary>
/// <param name="SessionId">The session.</param>
internal sealed record HasGatewayCallsQuery(long SessionId) : IQuery<bool>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Session(SessionId));
}

internal sealed class HasGatewayCallsValidator : AbstractValidator<HasGatewayCallsQuery>
{
    public HasGatewayCallsValidator() => RuleFor(query => query.SessionId).GreaterThan(0);
}

internal sealed class HasGatewayCallsHandler(IEntourageDb db) : IRequestHandler<HasGatewayCallsQuery, bool>
{
    public Task<bool> Handle(HasGatewayCallsQuery request, CancellationToken cancellationToken) =>
        db.Sessions.AnyAsync(session => session.Id == request.SessionId && session.GatewayCalls > 0, cancellationToken);
}
