using AutoMapper;
using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Domain.Organisations;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Organisations;

/// <summary>Changes the display name of an organisation. Its slug stays.</summary>
/// <param name="Id">The organisation.</param>
/// <param name="Name">The new name.</param>
public sealed record RenameOrganisationCommand(Guid Id, string Name) : ICommand<OrganisationResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Admin();
}

internal sealed class RenameOrganisationValidator : AbstractValidator<RenameOrganisationCommand>
{
    public RenameOrganisationValidator() => RuleFor(command => command.Name).Line(Organisation.NameLength);
}

internal sealed class RenameOrganisationHandler(IEntourageDb db, IMapper mapper) : IRequestHandler<RenameOrganisationCommand, OrganisationResponse>
{
    public async Task<OrganisationResponse> Handle(RenameOrganisationCommand request, CancellationToken cancellationToken)
    {
        await db.LockOrganisationAsync(request.Id, cancellationToken);
        var organisation = await db.Organisations.GetAsync(request.Id, "organisation", cancellationToken);
        organisation.Rename(request.Name);
        await db.SaveChangesAsync(cancellationToken);
        return mapper.Map<OrganisationResponse>(organisation);
    }
}
