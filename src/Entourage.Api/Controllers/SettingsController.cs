using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Api.Errors;
using Entourage.Application.Settings;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>Limits and other settings. A change takes effect on the next call.</summary>
[ApiController]
[Route("api/v1/settings")]
[Tags("Settings")]
public sealed class SettingsController(IMediator mediator) : ControllerBase
{
    /// <summary>Returns a team's settings.</summary>
    [HttpGet("teams/{id:guid}", Name = "getTeamSettings")]
    [Authorize(Policies.Lead)]
    public async Task<TeamSettingsResponse> GetTeam(Guid id, CancellationToken cancellationToken) =>
        WithETag(await mediator.Send(new GetTeamSettingsQuery(id), cancellationToken));

    /// <summary>Changes a team's settings. An absent member is unchanged, null removes a limit.</summary>
    [HttpPatch("teams/{id:guid}", Name = "changeTeamSettings")]
    [Authorize(Policies.Lead)]
    [Conflicts(ProblemTypes.Stale)]
    public async Task<TeamSettingsResponse> ChangeTeam(
        Guid id, ChangeTeamSettingsRequest body, [FromHeader(Name = "If-Match")] string? ifMatch, CancellationToken cancellationToken)
    {
        var command = new ChangeTeamSettingsCommand(
            id,
            body.DailyCostLimitUsd,
            body.WeeklyCostLimitUsd,
            body.MonthlyCostLimitUsd,
            body.TaskCostLimitUsd,
            body.SessionCostLimitUsd,
            body.AgentDailyCostLimitUsd,
            body.Enforcement,
            body.OnExceed,
            body.AbandonedAfterMinutes,
            body.AlertThresholds,
            body.Runaway,
            body.ApplyGuidelineBudgets,
            body.UnpricedModels,
            body.ModelFallbacks,
            body.Timezone,
            ifMatch);
        return WithETag(await mediator.Send(command, cancellationToken));
    }

    /// <summary>Returns an agent's settings.</summary>
    [HttpGet("agents/{id:guid}", Name = "getAgentSettings")]
    [Authorize(Policies.Lead)]
    public Task<AgentSettingsResponse> GetAgent(Guid id, CancellationToken cancellationToken) => mediator.Send(new GetAgentSettingsQuery(id), cancellationToken);

    /// <summary>Changes an agent's settings. Null applies the team's default for agents.</summary>
    [HttpPatch("agents/{id:guid}", Name = "changeAgentSettings")]
    [Authorize(Policies.Lead)]
    public Task<AgentSettingsResponse> ChangeAgent(Guid id, ChangeAgentSettingsRequest body, CancellationToken cancellationToken) =>
        mediator.Send(new ChangeAgentSettingsCommand(id, body.DailyCostLimitUsd), cancellationToken);

    /// <summary>Returns an organisation's settings.</summary>
    [HttpGet("orgs/{id:guid}", Name = "getOrganisationSettings")]
    [Authorize(Policies.Admin)]
    public Task<OrganisationSettingsResponse> GetOrganisation(Guid id, CancellationToken cancellationToken) =>
        mediator.Send(new GetOrganisationSettingsQuery(id), cancellationToken);

    /// <summary>Changes an organisation's settings. Null removes a limit.</summary>
    [HttpPatch("orgs/{id:guid}", Name = "changeOrganisationSettings")]
    [Authorize(Policies.Admin)]
    public Task<OrganisationSettingsResponse> ChangeOrganisation(Guid id, ChangeOrganisationSettingsRequest body, CancellationToken cancellationToken) =>
        mediator.Send(new ChangeOrganisationSettingsCommand(id, body.DailyCostLimitUsd, body.MonthlyCostLimitUsd), cancellationToken);

    private TeamSettingsResponse WithETag(TeamSettingsResponse settings)
    {
        Response.Headers.ETag = settings.EntityTag;
        return settings;
    }
}
