using AutoMapper;
using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Domain.Organisations;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Organisations;

/// <summary>Creates an organisation.</summary>
/// <param name="Name">The display name.</param>
/// <param name="Slug">The name in URLs; unique.</param>
/// <param name="IdempotencyKey">The idempotency key, if any.</param>
public sealed record CreateOrganisationCommand(string Name, string Slug, string? IdempotencyKey) : ICommand<OrganisationResponse>, IIdempotentCommand
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Admin();

    /// <inheritdoc/>
    public string IdempotencyScope => "orgs";
}

internal sealed class CreateOrganisationValidator : AbstractValidator<CreateOrganisationCommand>
{
    public CreateOrganisationValidator()
    {
        RuleFor(command => command.Name).Line(Organisation.NameLength);
        RuleFor(command => command.Slug).Slug();
    }
}

internal sealed class CreateOrganisationHandler(IEntourageDb db, IMapper mapper, TimeProvider time)
    : IRequestHandler<CreateOrganisationCommand, OrganisationResponse>
{
    public async Task<OrganisationResponse> Handle(CreateOrganisationCommand request, CancellationToken cancellationToken)
    {
        var organisation = Organisation.Create(request.Name, request.Slug, time.GetUtcNow());
        db.Organisations.Add(organisation);
        await db.SaveUniqueAsync($"An organisation with the slug '{request.Slug}' already exists. Choose another slug.", cancellationToken);
        return mapper.Map<OrganisationResponse>(organisation);
    }
}
