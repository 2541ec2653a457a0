using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Paging;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Prices;

/// <summary>Lists what every model costs now, by model.</summary>
/// <param name="OrganisationId">Whose prices; null is everybody's.</param>
/// <param name="Page">Which part.</param>
public sealed record ListPricesQuery(Guid? OrganisationId, PageRequest Page) : IQuery<Page<PriceResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(OrganisationId is { } id ? Resource.Organisation(id) : null);
}

/// <summary>Reads what a model costs, and did.</summary>
/// <param name="Model">The model, under any of its names.</param>
/// <param name="OrganisationId">Whose prices; null is everybody's.</param>
public sealed record GetPriceQuery(string Model, Guid? OrganisationId) : IQuery<ModelPricesResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(OrganisationId is { } id ? Resource.Organisation(id) : null);
}

/// <summary>What a model costs, and did.</summary>
/// <param name="Model">The model, as it was asked for.</param>
/// <param name="Current">The price that is in force; null before the first.</param>
/// <param name="History">Every price, those ahead too: the one that goes before the others first. An organisation's own goes before
/// everybody's, and what was set here before what came with the program.</param>
public sealed record ModelPricesResponse(string Model, PriceResponse? Current, IReadOnlyList<PriceResponse> History);

internal sealed class ListPricesValidator : AbstractValidator<ListPricesQuery>
{
    public ListPricesValidator() => RuleFor(query => query.Page.Limit).PageLimit();
}

internal sealed class GetPriceValidator : AbstractValidator<GetPriceQuery>
{
    // A blank part of an address is bound as none at all.
    public GetPriceValidator() => RuleFor(query => query.Model).NotEmpty();
}

internal sealed class ListPricesHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<ListPricesQuery, Page<PriceResponse>>
{
    public async Task<Page<PriceResponse>> Handle(ListPricesQuery request, CancellationToken cancellationToken)
    {
        var after = request.Page.AfterName;
        var prices = await db.ReadPricesAsync(request.OrganisationId, cancellationToken);
        var now = time.GetUtcNow();
        var current = prices.Models
            .Where(model => after is null || string.CompareOrdinal(model, after) > 0)
            .Select(model => prices.Find(model, now))
            .OfType<Domain.Prices.ModelPrice>()
            .Take(request.Page.Limit + 1)
            .Select(PriceResponse.From);
        return request.Page.Of([.. current], price => price.Model);
    }
}

internal sealed class GetPriceHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<GetPriceQuery, ModelPricesResponse>
{
    public async Task<ModelPricesResponse> Handle(GetPriceQuery request, CancellationToken cancellationToken)
    {
        var prices = await db.ReadPricesAsync(request.OrganisationId, cancellationToken);
        var history = prices.History(request.Model);
        return history.Count == 0
            ? throw new NotFoundException("price", request.Model)
            : new(
                request.Model,
                prices.Find(request.Model, time.GetUtcNow()) is { } current ? PriceResponse.From(current) : null,
                [.. history.Select(PriceResponse.From)]);
    }
}
