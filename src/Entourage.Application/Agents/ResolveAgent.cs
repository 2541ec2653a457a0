using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Domain.Organisations;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Agents;

/// <summary>Finds an agent by its id or its name, for a server without keys, where callers name their agent themselves.</summary>
/// <param name="NameOrId">The id, or a name that only one agent of this server has.</param>
public sealed record ResolveAgentQuery(string NameOrId) : IQuery<Guid>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Admin();
}

internal sealed class ResolveAgentValidator : AbstractValidator<ResolveAgentQuery>
{
    public ResolveAgentValidator() => RuleFor(query => query.NameOrId).NotEmpty().MaximumLength(Organisation.NameLength);
}

internal sealed class ResolveAgentHandler(IEntourageDb db) : IRequestHandler<ResolveAgentQuery, Guid>
{
    public async Task<Guid> Handle(ResolveAgentQuery request, CancellationToken cancellationToken)
    {
        var isId = Guid.TryParse(request.NameOrId, out var id);
        var found = await db.Agents
            .Where(agent => isId
                ? agent.Id == id
                : agent.Name == request.NameOrId && agent.ArchivedAt == null && !db.Teams.Any(team => team.Id == agent.TeamId
                    && (team.ArchivedAt != null || db.Organisations.Any(organisation => organisation.Id == team.OrganisationId && organisation.ArchivedAt != null))))
            .Select(agent => agent.Id)
            .Take(2)
            .ToListAsync(cancellationToken);
        return found.Count switch
        {
            1 => found[0],
            0 => throw new NotFoundException("agent", request.NameOrId),
            _ => throw new InvalidInputException("agent", $"Several agents are named '{request.NameOrId}'. Send the agent's id."),
        };
    }
}
