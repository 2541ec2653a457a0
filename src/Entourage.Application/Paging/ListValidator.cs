using Entourage.Application.Behaviors;
using FluentValidation;

namespace Entourage.Application.Paging;

/// <summary>A query of a list that is read page by page.</summary>
internal interface IListQuery
{
    /// <summary>The page to return.</summary>
    PageRequest Page { get; }
}

/// <summary>Checks the page of a list.</summary>
internal abstract class ListValidator<T> : AbstractValidator<T>
    where T : IListQuery
{
    protected ListValidator()
    {
        RuleFor(query => query.Page.Limit).InclusiveBetween(1, PageRequest.MaxLimit).OverridePropertyName("Limit");
        RuleFor(query => query.Page.Search).OptionalText(PageRequest.SearchLength).OverridePropertyName("Q").WithName("q");
    }
}
