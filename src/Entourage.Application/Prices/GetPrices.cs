using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Application.Paging;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Prices;

/// <summary>Lists the current price of every model, by model. A search looks in the models' names.</summary>
/// <param name="OrganisationId">The organisation; null for the prices that apply to all organisations.</param>
/// <param name="Page">The page to return.</param>
public sealed record ListPricesQuery(Guid? OrganisationId, PageRequest Page) : IQuery<Page<PriceResponse>>, IListQuery
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(OrganisationId is { } id ? Resource.Organisation(id) : null);
}

/// <summary>Reads the current price of a model and its history.</summary>
/// <param name="Model">Any name of the model.</param>
/// <param name="OrganisationId">The organisation; null for the prices that apply to all organisations.</param>
public sealed record GetPriceQuery(string Model, Guid? OrganisationId) : IQuery<ModelPricesResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(OrganisationId is { } id ? Resource.Organisation(id) : null);
}

/// <summary>The current price of a model and its history.</summary>
/// <param name="Model">The model, as requested.</param>
/// <param name="Current">The price in force; null before the first.</param>
/// <param name="History">All prices, including future ones, by precedence: an organisation's own prices first, then prices set on this server, then
/// built-in prices.</param>
public sealed record ModelPricesResponse(string Model, PriceResponse? Current, IReadOnlyList<PriceResponse> History);

internal sealed class ListPricesValidator : ListValidator<ListPricesQuery>;

internal sealed class GetPriceValidator : AbstractValidator<GetPriceQuery>
{
    // Model binding turns a blank path segment into null.
    public GetPriceValidator() => RuleFor(query => query.Model).NotEmpty();
}

internal sealed class ListPricesHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<ListPricesQuery, Page<PriceResponse>>
{
    public async Task<Page<PriceResponse>> Handle(ListPricesQuery request, CancellationToken cancellationToken)
    {
        var prices = await db.ReadPricesAsync(request.OrganisationId, cancellationToken);
        var now = time.GetUtcNow();
        var (after, search) = (request.Page.AfterName, request.Page.SearchText);
        // Negative for those before the cursor, in the direction of the list.
        var sign = request.Page.Direction == ListDirection.Descending ? -1 : 1;
        var current = (sign < 0 ? prices.Models.Reverse() : prices.Models)
            .Where(model => after is null || Math.Sign(string.CompareOrdinal(model, after)) == sign)
            .Where(model => search is null || model.Contains(search, StringComparison.OrdinalIgnoreCase))
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
