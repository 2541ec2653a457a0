using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Api.Errors;
using Entourage.Application.Ledger;
using Entourage.Application.Stops;
using Entourage.Domain.Stops;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Entourage.Api.Controllers;

/// <summary>Pauses of agents, teams and organisations.</summary>
[ApiController]
[Route("api/v1")]
[Tags("Stops")]
public sealed class PausesController(IMediator mediator) : ControllerBase
{
    /// <summary>Returns whether an agent is paused, and which sessions have stopped.</summary>
    [HttpGet("agents/{id:guid}/pause", Name = "getAgentPause")]
    [Authorize(Policies.Agent)]
    public Task<PauseResponse> GetAgent(Guid id, CancellationToken cancellationToken) => GetAsync(PauseScope.Agent, id, cancellationToken);

    /// <summary>Returns whether a team is paused, and which sessions have stopped.</summary>
    [HttpGet("teams/{id:guid}/pause", Name = "getTeamPause")]
    [Authorize(Policies.Lead)]
    public Task<PauseResponse> GetTeam(Guid id, CancellationToken cancellationToken) => GetAsync(PauseScope.Team, id, cancellationToken);

    /// <summary>Returns whether an organisation is paused, and which sessions have stopped.</summary>
    [HttpGet("orgs/{id:guid}/pause", Name = "getOrganisationPause")]
    [Authorize(Policies.Admin)]
    public Task<PauseResponse> GetOrganisation(Guid id, CancellationToken cancellationToken) =>
        GetAsync(PauseScope.Organisation, id, cancellationToken);

    /// <summary>Pauses an agent and the sub-agents below its sessions. Pausing again replaces the reason and the expiry.</summary>
    [HttpPost("agents/{id:guid}/pause", Name = "pauseAgent")]
    [Authorize(Policies.Lead)]
    [Conflicts(ProblemTypes.Archived)]
    public Task<PauseResponse> PauseAgent(Guid id, PauseRequest body, CancellationToken cancellationToken) =>
        PauseAsync(PauseScope.Agent, id, body, cancellationToken);

    /// <summary>Pauses all agents of a team. Pausing again replaces the reason and the expiry.</summary>
    [HttpPost("teams/{id:guid}/pause", Name = "pauseTeam")]
    [Authorize(Policies.Lead)]
    [Conflicts(ProblemTypes.Archived)]
    public Task<PauseResponse> PauseTeam(Guid id, PauseRequest body, CancellationToken cancellationToken) =>
        PauseAsync(PauseScope.Team, id, body, cancellationToken);

    /// <summary>Pauses all agents of an organisation. Pausing again replaces the reason and the expiry.</summary>
    [HttpPost("orgs/{id:guid}/pause", Name = "pauseOrganisation")]
    [Authorize(Policies.Admin)]
    [Conflicts(ProblemTypes.Archived)]
    public Task<PauseResponse> PauseOrganisation(Guid id, PauseRequest body, CancellationToken cancellationToken) =>
        PauseAsync(PauseScope.Organisation, id, body, cancellationToken);

    /// <summary>Resumes an agent. The body may be empty. Without a pause, nothing changes.</summary>
    [HttpPost("agents/{id:guid}/resume", Name = "resumeAgent")]
    [Authorize(Policies.Lead)]
    [Conflicts(ProblemTypes.Archived)]
    public Task<PauseResponse> ResumeAgent(
        Guid id, [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] ResumeRequest? body, CancellationToken cancellationToken) =>
        ResumeAsync(PauseScope.Agent, id, body, cancellationToken);

    /// <summary>Resumes a team. The body may be empty. Without a pause, nothing changes.</summary>
    [HttpPost("teams/{id:guid}/resume", Name = "resumeTeam")]
    [Authorize(Policies.Lead)]
    [Conflicts(ProblemTypes.Archived)]
    public Task<PauseResponse> ResumeTeam(
        Guid id, [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] ResumeRequest? body, CancellationToken cancellationToken) =>
        ResumeAsync(PauseScope.Team, id, body, cancellationToken);

    /// <summary>Resumes an organisation. The body may be empty. Without a pause, nothing changes.</summary>
    [HttpPost("orgs/{id:guid}/resume", Name = "resumeOrganisation")]
    [Authorize(Policies.Admin)]
    [Conflicts(ProblemTypes.Archived)]
    public Task<PauseResponse> ResumeOrganisation(
        Guid id, [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] ResumeRequest? body, CancellationToken cancellationToken) =>
        ResumeAsync(PauseScope.Organisation, id, body, cancellationToken);

    private Task<PauseResponse> GetAsync(PauseScope scope, Guid id, CancellationToken cancellationToken) =>
        mediator.Send(new GetPauseQuery(scope, id), cancellationToken);

    private Task<PauseResponse> PauseAsync(PauseScope scope, Guid id, PauseRequest body, CancellationToken cancellationToken) =>
        mediator.Send(new PauseCommand(scope, id, body.Reason!, body.ExpiresAt), cancellationToken);

    private Task<PauseResponse> ResumeAsync(PauseScope scope, Guid id, ResumeRequest? body, CancellationToken cancellationToken) =>
        mediator.Send(new ResumeCommand(scope, id, body?.Reason), cancellationToken);
}
