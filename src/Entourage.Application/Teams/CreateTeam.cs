using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Stops;
using Entourage.Domain.Organisations;
using Entourage.Domain.Stops;
using Entourage.Domain.Teams;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Teams;

/// <summary>Creates a team in an organisation.</summary>
/// <param name="OrganisationId">The organisation.</param>
/// <param name="Name">The display name.</param>
/// <param name="Slug">The name in URLs; unique in the organisation.</param>
/// <param name="Timezone">An IANA time zone; null for UTC.</param>
/// <param name="IdempotencyKey">The idempotency key, if any.</param>
public sealed record CreateTeamCommand(Guid OrganisationId, string Name, string Slug, string? Timezone, string? IdempotencyKey)
    : ICommand<TeamResponse>, IIdempotentCommand
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Admin();

    /// <inheritdoc/>
    public string IdempotencyScope => $"orgs/{OrganisationId}/teams";
}

internal sealed class CreateTeamValidator : AbstractValidator<CreateTeamCommand>
{
    public CreateTeamValidator()
    {
        RuleFor(command => command.Name).Line(Organisation.NameLength);
        RuleFor(command => command.Slug).Slug();
        RuleFor(command => command.Timezone).OptionalLine(Team.TimezoneLength);
    }
}

internal sealed class CreateTeamHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<CreateTeamCommand, TeamResponse>
{
    public async Task<TeamResponse> Handle(CreateTeamCommand request, CancellationToken cancellationToken)
    {
        // An archive and a restore depend on which slugs are free.
        await db.LockOrganisationAsync(request.OrganisationId, cancellationToken);
        var organisation = await db.Organisations.GetAsync(request.OrganisationId, "organisation", cancellationToken);
        await db.EnsureNotArchivedAsync(PauseScope.Organisation, organisation.Id, cancellationToken);
        var team = Team.Create(organisation, request.Name, request.Slug, request.Timezone ?? "UTC", time.GetUtcNow());
        db.Teams.Add(team);
        await db.SaveUniqueAsync($"The organisation already has a team with the slug '{request.Slug}'. Choose another slug.", cancellationToken);
        return await db.Teams.AsNoTracking()
            .Where(created => created.Id == team.Id)
            .Select(TeamResponse.Projection(db, team.CreatedAt))
            .SingleAsync(cancellationToken);
    }
}
