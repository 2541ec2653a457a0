using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Otlp;

/// <summary>Whether an agent's usage has been recorded within the last hour: then what repeats it in another form is not worth a message.</summary>
/// <param name="AgentId">The agent.</param>
public sealed record HasReportedLatelyQuery(Guid AgentId) : IQuery<bool>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Agent(AgentId));
}

internal sealed class HasReportedLatelyValidator : AbstractValidator<HasReportedLatelyQuery>
{
    public HasReportedLatelyValidator() => RuleFor(query => query.AgentId).NotEmpty();
}

internal sealed class HasReportedLatelyHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<HasReportedLatelyQuery, bool>
{
    private static readonly TimeSpan Lately = TimeSpan.FromHours(1);

    public Task<bool> Handle(HasReportedLatelyQuery request, CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow() - Lately;
        return db.Sessions.AnyAsync(session => session.AgentId == request.AgentId && session.LastCallAt > since, cancellationToken);
    }
}
