using Entourage.Api.Auth;
using Entourage.Api.Errors;
using Entourage.Application.Stops;
using Entourage.Domain.Stops;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>The archive of agents, teams and organisations.</summary>
[ApiController]
[Route("api/v1")]
[Tags("Archive")]
public sealed class ArchivesController(IMediator mediator) : ControllerBase
{
    /// <summary>
    /// Archives an agent. Its active sessions and those of their sub-agents are killed, and its keys are revoked. Its history and all totals stay.
    /// </summary>
    [HttpPost("agents/{id:guid}/archive", Name = "archiveAgent")]
    [Authorize(Policies.Lead)]
    public Task<ArchiveResponse> ArchiveAgent(Guid id, CancellationToken cancellationToken) => ArchiveAsync(PauseScope.Agent, id, cancellationToken);

    /// <summary>
    /// Archives a team with its agents. Their active sessions are killed, and the keys of its leads and agents are revoked. Its history and all totals
    /// stay.
    /// </summary>
    [HttpPost("teams/{id:guid}/archive", Name = "archiveTeam")]
    [Authorize(Policies.Admin)]
    public Task<ArchiveResponse> ArchiveTeam(Guid id, CancellationToken cancellationToken) => ArchiveAsync(PauseScope.Team, id, cancellationToken);

    /// <summary>
    /// Archives an organisation with its teams. All active sessions are killed, and the keys of all leads and agents are revoked. Its history and all
    /// totals stay.
    /// </summary>
    [HttpPost("orgs/{id:guid}/archive", Name = "archiveOrganisation")]
    [Authorize(Policies.Admin)]
    public Task<ArchiveResponse> ArchiveOrganisation(Guid id, CancellationToken cancellationToken) =>
        ArchiveAsync(PauseScope.Organisation, id, cancellationToken);

    /// <summary>Restores an agent from the archive. Its keys stay revoked; issue new ones.</summary>
    [HttpPost("agents/{id:guid}/restore", Name = "restoreAgent")]
    [Authorize(Policies.Lead)]
    [Conflicts(ProblemTypes.Duplicate)]
    public Task<ArchiveResponse> RestoreAgent(Guid id, CancellationToken cancellationToken) => RestoreAsync(PauseScope.Agent, id, cancellationToken);

    /// <summary>Restores a team from the archive, with the agents that were not archived themselves. Keys stay revoked; issue new ones.</summary>
    [HttpPost("teams/{id:guid}/restore", Name = "restoreTeam")]
    [Authorize(Policies.Admin)]
    [Conflicts(ProblemTypes.Duplicate)]
    public Task<ArchiveResponse> RestoreTeam(Guid id, CancellationToken cancellationToken) => RestoreAsync(PauseScope.Team, id, cancellationToken);

    /// <summary>Restores an organisation from the archive, with the teams that were not archived themselves. Keys stay revoked; issue new ones.</summary>
    [HttpPost("orgs/{id:guid}/restore", Name = "restoreOrganisation")]
    [Authorize(Policies.Admin)]
    [Conflicts(ProblemTypes.Duplicate)]
    public Task<ArchiveResponse> RestoreOrganisation(Guid id, CancellationToken cancellationToken) =>
        RestoreAsync(PauseScope.Organisation, id, cancellationToken);

    private Task<ArchiveResponse> ArchiveAsync(PauseScope scope, Guid id, CancellationToken cancellationToken) =>
        mediator.Send(new ArchiveCommand(scope, id), cancellationToken);

    private Task<ArchiveResponse> RestoreAsync(PauseScope scope, Guid id, CancellationToken cancellationToken) =>
        mediator.Send(new RestoreCommand(scope, id), cancellationToken);
}
