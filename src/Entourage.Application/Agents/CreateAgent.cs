using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Stops;
using Entourage.Domain.Agents;
using Entourage.Domain.Organisations;
using Entourage.Domain.Stops;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Agents;

/// <summary>Creates an agent in a team.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="Name">The display name; unique in the team.</param>
/// <param name="Role">The role of the agent.</param>
/// <param name="Model">The default model of its sessions; null for none.</param>
/// <param name="IdempotencyKey">The idempotency key, if any.</param>
public sealed record CreateAgentCommand(Guid TeamId, string Name, AgentRole Role, string? Model, string? IdempotencyKey)
    : ICommand<AgentResponse>, IIdempotentCommand
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Team(TeamId));

    /// <inheritdoc/>
    public string IdempotencyScope => $"teams/{TeamId}/agents";
}

internal sealed class CreateAgentValidator : AbstractValidator<CreateAgentCommand>
{
    public CreateAgentValidator()
    {
        RuleFor(command => command.Name).Line(Organisation.NameLength);
        RuleFor(command => command.Model).OptionalLine(Agent.ModelLength);
    }
}

internal sealed class CreateAgentHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<CreateAgentCommand, AgentResponse>
{
    public async Task<AgentResponse> Handle(CreateAgentCommand request, CancellationToken cancellationToken)
    {
        // An archive, a restore and a move depend on which names are free.
        await db.LockOrganisationOfTeamAsync(request.TeamId, cancellationToken);
        var team = await db.Teams.GetAsync(request.TeamId, "team", cancellationToken);
        await db.EnsureNotArchivedAsync(PauseScope.Team, team.Id, cancellationToken);
        var agent = Agent.Create(team, request.Name, request.Role, request.Model, time.GetUtcNow());
        db.Agents.Add(agent);
        await db.SaveUniqueAsync($"The team already has an agent named '{request.Name}'. Choose another name.", cancellationToken);
        return await db.Agents.AsNoTracking()
            .Where(created => created.Id == agent.Id)
            .Select(AgentResponse.Projection(db, agent.CreatedAt))
            .SingleAsync(cancellationToken);
    }
}
