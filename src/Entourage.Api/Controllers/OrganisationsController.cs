using System.Net.Mime;
using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Api.Documentation;
using Entourage.Api.Errors;
using Entourage.Application.Costs;
using Entourage.Application.Events;
using Entourage.Application.HumanRequests;
using Entourage.Application.Organisations;
using Entourage.Application.Paging;
using Entourage.Application.Sessions;
using Entourage.Application.Teams;
using Entourage.Domain.HumanRequests;
using Entourage.Domain.Teams;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>Organisations and their teams.</summary>
[ApiController]
[Route("api/v1/orgs")]
[Tags("Organisations")]
public sealed class OrganisationsController(IMediator mediator) : ControllerBase
{
    /// <summary>Creates an organisation.</summary>
    [HttpPost(Name = "createOrganisation")]
    [Authorize(Policies.Admin)]
    [ProducesResponseType<OrganisationResponse>(StatusCodes.Status201Created)]
    [Conflicts(ProblemTypes.Duplicate)]
    public async Task<IActionResult> Create(
        CreateOrganisationRequest body, [FromHeader(Name = IdempotencyHeaders.Key)] string? idempotencyKey, CancellationToken cancellationToken)
    {
        var organisation = await mediator.Send(new CreateOrganisationCommand(body.Name!, body.Slug!, idempotencyKey), cancellationToken);
        return CreatedAtAction(nameof(Get), new { id = organisation.Id }, organisation);
    }

    /// <summary>Lists organisations by slug.</summary>
    /// <param name="archived">Whether to list the archived ones instead of the others.</param>
    /// <param name="list">The page.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    [HttpGet(Name = "listOrganisations")]
    [Authorize(Policies.Agent)]
    public async Task<IReadOnlyList<OrganisationResponse>> List(
        [FromQuery] bool archived, [FromQuery] ListParameters list, CancellationToken cancellationToken) =>
        this.Answer(await mediator.Send(new ListOrganisationsQuery(list.Page, archived), cancellationToken));

    /// <summary>Returns an organisation.</summary>
    [HttpGet("{id:guid}", Name = "getOrganisation")]
    [Authorize(Policies.Agent)]
    public Task<OrganisationResponse> Get(Guid id, CancellationToken cancellationToken) =>
        mediator.Send(new GetOrganisationQuery(id), cancellationToken);

    /// <summary>Renames an organisation. Its slug stays.</summary>
    [HttpPatch("{id:guid}", Name = "renameOrganisation")]
    [Authorize(Policies.Admin)]
    public Task<OrganisationResponse> Rename(Guid id, RenameRequest body, CancellationToken cancellationToken) =>
        mediator.Send(new RenameOrganisationCommand(id, body.Name!), cancellationToken);

    /// <summary>Creates a team.</summary>
    [HttpPost("{orgId:guid}/teams", Name = "createTeam")]
    [Authorize(Policies.Admin)]
    [ProducesResponseType<TeamResponse>(StatusCodes.Status201Created)]
    [Conflicts(ProblemTypes.Archived, ProblemTypes.Duplicate)]
    public async Task<IActionResult> CreateTeam(
        Guid orgId, CreateTeamRequest body, [FromHeader(Name = IdempotencyHeaders.Key)] string? idempotencyKey, CancellationToken cancellationToken)
    {
        var team = await mediator.Send(new CreateTeamCommand(orgId, body.Name!, body.Slug!, body.Timezone, idempotencyKey), cancellationToken);
        return CreatedAtAction(nameof(TeamsController.Get), "Teams", new { id = team.Id }, team);
    }

    /// <summary>Lists the teams of an organisation by slug.</summary>
    /// <param name="orgId">The organisation.</param>
    /// <param name="archived">Whether to list the archived ones instead of the others.</param>
    /// <param name="list">The page.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    [HttpGet("{orgId:guid}/teams", Name = "listTeams")]
    [Authorize(Policies.Agent)]
    public async Task<IReadOnlyList<TeamResponse>> ListTeams(
        Guid orgId, [FromQuery] bool archived, [FromQuery] ListParameters list, CancellationToken cancellationToken) =>
        this.Answer(await mediator.Send(new ListTeamsQuery(orgId, list.Page, archived), cancellationToken));

    /// <summary>Lists an organisation's sessions, newest first.</summary>
    [HttpGet("{orgId:guid}/sessions", Name = "listOrganisationSessions")]
    [Authorize(Policies.Admin)]
    public async Task<IReadOnlyList<SessionResponse>> ListSessions(
        Guid orgId, [FromQuery] SessionParameters sessions, [FromQuery] ListParameters list, CancellationToken cancellationToken) =>
        this.Answer(await mediator.Send(new ListOrganisationSessionsQuery(orgId) { Filter = sessions.Filter, Sort = sessions.Order, Page = list.Page }, cancellationToken));

    /// <summary>Reports an organisation's costs in UTC days, or as a CSV table of all sessions.</summary>
    [HttpGet("{orgId:guid}/costs", Name = "getOrganisationCosts")]
    [Authorize(Policies.Admin)]
    [ProducesResponseType<CostsResponse>(StatusCodes.Status200OK, MediaTypeNames.Application.Json, CsvTable.MediaType)]
    public async Task<IActionResult> GetCosts(
        Guid orgId, [FromQuery] CostParameters costs, [FromQuery] PageParameters list, CancellationToken cancellationToken)
    {
        if (costs.IsTable(Request))
        {
            var keys = costs.LabelKeys;
            return new CsvTable(await mediator.Send(new ExportOrganisationCostsQuery(orgId, costs.Filter), cancellationToken), keys);
        }

        var answer = await mediator.Send(new GetCostsQuery(Audience.OfOrganisation(orgId), costs.Filter, list.Page), cancellationToken);
        this.LinkNext(answer.NextCursor);
        return Ok(answer);
    }

    /// <summary>Reports an organisation's costs by the values of a label, most expensive first. The values beyond the limit are summed.</summary>
    /// <param name="orgId">The organisation.</param>
    /// <param name="key">Required. The key of the label.</param>
    /// <param name="costs">The range and the filters.</param>
    /// <param name="limit">The most values to list: 1 to 200.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    [HttpGet("{orgId:guid}/costs/labels", Name = "getOrganisationLabelCosts")]
    [Authorize(Policies.Admin)]
    public Task<LabelCostsResponse> GetLabelCosts(
        Guid orgId, [FromQuery] string? key, [FromQuery] CostFilterParameters costs, CancellationToken cancellationToken, [FromQuery] int limit = PageRequest.DefaultLimit) =>
        mediator.Send(new GetLabelCostsQuery(Audience.OfOrganisation(orgId), costs.Filter, key, limit), cancellationToken);

    /// <summary>Lists the keys of the labels that an organisation uses, each with the number of its values, up to 1,000.</summary>
    [HttpGet("{orgId:guid}/costs/label-keys", Name = "listOrganisationLabelKeys")]
    [Authorize(Policies.Admin)]
    public Task<IReadOnlyList<LabelKeyResponse>> ListLabelKeys(Guid orgId, CancellationToken cancellationToken) =>
        mediator.Send(new ListLabelKeysQuery(Audience.OfOrganisation(orgId)), cancellationToken);

    /// <summary>Lists the requests of all agents of an organisation to people, newest first.</summary>
    /// <param name="orgId">The organisation.</param>
    /// <param name="status">Only requests with this status: pending, approved or denied.</param>
    /// <param name="list">The page.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    [HttpGet("{orgId:guid}/human-requests", Name = "listOrganisationHumanRequests")]
    [Authorize(Policies.Admin)]
    public async Task<IReadOnlyList<HumanRequestResponse>> ListHumanRequests(
        Guid orgId, [FromQuery, ValuesOf(typeof(HumanRequestStatus))] string? status, [FromQuery] ListParameters list, CancellationToken cancellationToken)
    {
        var query = new ListHumanRequestsQuery(Audience.OfOrganisation(orgId), Listing.Member<HumanRequestStatus>("status", status), list.Page);
        return this.Answer(await mediator.Send(query, cancellationToken));
    }

    /// <summary>Streams the events of all teams of an organisation as server-sent events.</summary>
    /// <param name="orgId">The organisation.</param>
    /// <param name="lastEventId">The id of the last received event. The stream resumes after it; without it, the stream starts now.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    [HttpGet("{orgId:guid}/events", Name = "streamOrganisationEvents")]
    [Authorize(Policies.Admin)]
    [ProducesResponseType<string>(StatusCodes.Status200OK, EventStream.MediaType)]
    public async Task<IActionResult> StreamEvents(
        Guid orgId, [FromHeader(Name = EventStream.LastEventId)] string? lastEventId, CancellationToken cancellationToken) =>
        new EventStream(await mediator.Send(new StreamEventsQuery(Audience.OfOrganisation(orgId), lastEventId), cancellationToken));

    /// <summary>Compares the organisation's recorded costs with a provider's invoice, by model. Stores nothing.</summary>
    [HttpPost("{orgId:guid}/costs/reconcile", Name = "reconcileOrganisationCosts")]
    [Authorize(Policies.Admin)]
    public Task<ReconciliationResponse> Reconcile(Guid orgId, ReconcileRequest body, CancellationToken cancellationToken) =>
        mediator.Send(new ReconcileOrganisationCostsQuery(orgId, body.Filter, body.Invoice), cancellationToken);
}
