using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Domain.Organisations;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Teams;

/// <summary>Changes the display name of a team. Its slug stays.</summary>
/// <param name="Id">The team.</param>
/// <param name="Name">The new name.</param>
public sealed record RenameTeamCommand(Guid Id, string Name) : ICommand<TeamResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Team(Id));
}

internal sealed class RenameTeamValidator : AbstractValidator<RenameTeamCommand>
{
    public RenameTeamValidator() => RuleFor(command => command.Name).Line(Organisation.NameLength);
}

internal sealed class RenameTeamHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<RenameTeamCommand, TeamResponse>
{
    public async Task<TeamResponse> Handle(RenameTeamCommand request, CancellationToken cancellationToken)
    {
        await db.LockOrganisationOfTeamAsync(request.Id, cancellationToken);
        var team = await db.Teams.GetAsync(request.Id, "team", cancellationToken);
        team.Rename(request.Name);
        await db.SaveChangesAsync(cancellationToken);
        return await db.Teams.AsNoTracking().Where(renamed => renamed.Id == team.Id).Select(TeamResponse.Projection(db, time.GetUtcNow())).SingleAsync(cancellationToken);
    }
}
