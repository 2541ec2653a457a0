using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Otlp;

/// <summary>Whether an agent's usage was recorded within the last hour. If so, telemetry that repeats it in another form needs no message.</summary>
/// <param name="AgentId">The agent.</param>
internal sealed record HasRecentUsageQuery(Guid AgentId) : IQuery<bool>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Agent(AgentId));
}

internal sealed class HasRecentUsageValidator : AbstractValidator<HasRecentUsageQuery>
{
    public HasRecentUsageValidator() => RuleFor(query => query.AgentId).NotEmpty();
}

internal sealed class HasRecentUsageHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<HasRecentUsageQuery, bool>
{
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    public Task<bool> Handle(HasRecentUsageQuery request, CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow() - Period;
        return db.Sessions.AnyAsync(session => session.AgentId == request.AgentId && session.LastCallAt > since, cancellationToken);
    }
}
