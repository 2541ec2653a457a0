using Entourage.Api.Documentation;
using Entourage.Application.Errors;
using Entourage.Application.Json;
using Entourage.Application.Paging;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Contracts;

/// <summary>The query parameters of a list that is read page by page.</summary>
public record PageParameters
{
    /// <summary>The maximum number of items in a page: 1 to 200.</summary>
    [FromQuery(Name = "limit")]
    public int Limit { get; init; } = PageRequest.DefaultLimit;

    /// <summary>The position after the previous page, from its Link header.</summary>
    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }

    internal virtual PageRequest Page => new(Limit, Cursor);
}

/// <summary>The query parameters of every list that can be searched and sorted.</summary>
public sealed record ListParameters : PageParameters
{
    /// <summary>Only items that contain this text, ignoring case. At most 200 characters.</summary>
    [FromQuery(Name = "q")]
    public string? Search { get; init; }

    /// <summary>The direction: asc or desc.</summary>
    [FromQuery(Name = "order"), ValuesOf(typeof(ListDirection))]
    public string? Order { get; init; }

    internal override PageRequest Page => base.Page with { Search = Search, Direction = Listing.Member<ListDirection>("order", Order) };
}

/// <summary>Helps controllers to answer lists.</summary>
internal static class Listing
{
    /// <summary>Returns the items of a page, and adds the Link header for the next page.</summary>
    public static IReadOnlyList<T> Answer<T>(this ControllerBase controller, Page<T> page)
    {
        controller.LinkNext(page.NextCursor);
        return page.Items;
    }

    /// <summary>Adds the Link header for the next page, if there is one.</summary>
    public static void LinkNext(this ControllerBase controller, string? nextCursor)
    {
        if (nextCursor is null)
        {
            return;
        }

        var request = controller.Request;
        var query = request.Query.Where(parameter => parameter.Key != "cursor")
            .Append(new("cursor", nextCursor));
        var address = UriHelper.BuildAbsolute(request.Scheme, request.Host, request.PathBase, request.Path, QueryString.Create(query));
        controller.Response.Headers.Link = $"<{address}>; rel=\"next\"";
    }

    /// <summary>Parses a query parameter as an enum member; null if absent.</summary>
    /// <exception cref="InvalidInputException">The enum has no such member.</exception>
    public static T? Member<T>(string parameter, string? name)
        where T : struct, Enum => name is null ? null
        : EnumNames.TryParse<T>(name, out var value) ? value
        : throw new InvalidInputException(parameter, $"'{parameter}' must be one of these: {EnumNames.List<T>()}.");
}
