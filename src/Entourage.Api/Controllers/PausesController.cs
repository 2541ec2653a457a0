using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Application.Ledger;
using Entourage.Application.Stops;
using Entourage.Domain.Stops;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>The kill switch of agents, teams and organisations.</summary>
[ApiController]
[Route("api/v1")]
[Tags("Stops")]
public sealed class PausesController(IMediator mediator) : ControllerBase
{
    /// <summary>Tells whether an agent is paused, and who has obeyed.</summary>
    [HttpGet("agents/{id:guid}/pause")]
    [Authorize(Policies.Agent)]
    public Task<PauseResponse> GetAgent(Guid id, CancellationToken cancellationToken) => GetAsync(PauseScope.Agent, id, cancellationToken);

    /// <summary>Tells whether a team is paused, and who has obeyed.</summary>
    [HttpGet("teams/{id:guid}/pause")]
    [Authorize(Policies.Lead)]
    public Task<PauseResponse> GetTeam(Guid id, CancellationToken cancellationToken) => GetAsync(PauseScope.Team, id, cancellationToken);

    /// <summary>Tells whether an organisation is paused, and who has obeyed.</summary>
    [HttpGet("orgs/{id:guid}/pause")]
    [Authorize(Policies.Admin)]
    public Task<PauseResponse> GetOrganisation(Guid id, CancellationToken cancellationToken) =>
        GetAsync(PauseScope.Organisation, id, cancellationToken);

    /// <summary>Stops an agent, and the sub-agents below its sessions. One that is paused goes on to be, for this reason and until this end.</summary>
    [HttpPost("agents/{id:guid}/pause")]
    [Authorize(Policies.Lead)]
    public Task<PauseResponse> PauseAgent(Guid id, PauseRequest body, CancellationToken cancellationToken) =>
        PauseAsync(PauseScope.Agent, id, body, cancellationToken);

    /// <summary>Stops all agents of a team. One that is paused goes on to be, for this reason and until this end.</summary>
    [HttpPost("teams/{id:guid}/pause")]
    [Authorize(Policies.Lead)]
    public Task<PauseResponse> PauseTeam(Guid id, PauseRequest body, CancellationToken cancellationToken) =>
        PauseAsync(PauseScope.Team, id, body, cancellationToken);

    /// <summary>Stops all agents of an organisation. One that is paused goes on to be, for this reason and until this end.</summary>
    [HttpPost("orgs/{id:guid}/pause")]
    [Authorize(Policies.Admin)]
    public Task<PauseResponse> PauseOrganisation(Guid id, PauseRequest body, CancellationToken cancellationToken) =>
        PauseAsync(PauseScope.Organisation, id, body, cancellationToken);

    /// <summary>Lets an agent go on; the body may be empty. One that is not paused stays as it is.</summary>
    [HttpPost("agents/{id:guid}/resume")]
    [Authorize(Policies.Lead)]
    public Task<PauseResponse> ResumeAgent(
        Guid id, [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] ResumeRequest? body, CancellationToken cancellationToken) =>
        ResumeAsync(PauseScope.Agent, id, body, cancellationToken);

    /// <summary>Lets a team go on; the body may be empty. One that is not paused stays as it is.</summary>
    [HttpPost("teams/{id:guid}/resume")]
    [Authorize(Policies.Lead)]
    public Task<PauseResponse> ResumeTeam(
        Guid id, [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] ResumeRequest? body, CancellationToken cancellationToken) =>
        ResumeAsync(PauseScope.Team, id, body, cancellationToken);

    /// <summary>Lets an organisation go on; the body may be empty. One that is not paused stays as it is.</summary>
    [HttpPost("orgs/{id:guid}/resume")]
    [Authorize(Policies.Admin)]
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
