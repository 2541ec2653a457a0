using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Json;
using Entourage.Domain.Agents;
using Entourage.Domain.Organisations;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Agents;

/// <summary>Changes an agent. Absent members keep their values.</summary>
/// <param name="Id">The agent.</param>
/// <param name="Name">The display name; unique in the team.</param>
/// <param name="Role">The role of the agent.</param>
/// <param name="Model">The default model of its sessions; null for none.</param>
public sealed record ChangeAgentCommand(Guid Id, Patch<string> Name, Patch<AgentRole> Role, Patch<string?> Model) : ICommand<AgentResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Agent(Id));
}

internal sealed class ChangeAgentValidator : AbstractValidator<ChangeAgentCommand>
{
    public ChangeAgentValidator()
    {
        RuleFor(command => command.Name.Value).Line(Organisation.NameLength).OverridePropertyName("Name").When(command => command.Name.IsSet);
        RuleFor(command => command.Model.Value).OptionalLine(Agent.ModelLength).OverridePropertyName("Model");
    }
}

internal sealed class ChangeAgentHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<ChangeAgentCommand, AgentResponse>
{
    public async Task<AgentResponse> Handle(ChangeAgentCommand request, CancellationToken cancellationToken)
    {
        await db.LockOrganisationOfAgentAsync(request.Id, cancellationToken);
        var agent = await db.Agents.GetAsync(request.Id, "agent", cancellationToken);
        agent.Change(request.Name.Or(agent.Name), request.Role.Or(agent.Role), request.Model.Or(agent.Model));
        await db.SaveUniqueAsync($"The team already has an agent named '{agent.Name}'. Choose another name.", cancellationToken);
        return await db.Agents.AsNoTracking().Where(changed => changed.Id == agent.Id).Select(AgentResponse.Projection(db, time.GetUtcNow())).SingleAsync(cancellationToken);
    }
}
