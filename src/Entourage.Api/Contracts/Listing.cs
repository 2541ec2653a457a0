using Entourage.Application.Errors;
using Entourage.Application.Json;
using Entourage.Application.Paging;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Contracts;

/// <summary>The query parameters of every list.</summary>
public sealed record ListParameters
{
    /// <summary>The most items of a page: 1 to 200.</summary>
    [FromQuery(Name = "limit")]
    public int Limit { get; init; } = PageRequest.DefaultLimit;

    /// <summary>Where the page before ended; taken from its Link header.</summary>
    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }

    /// <summary>The part of the list that is asked for.</summary>
    internal PageRequest Page => new(Limit, Cursor);
}

/// <summary>How lists are answered.</summary>
internal static class Listing
{
    /// <summary>The items of a page, with the address of the next one in the Link header.</summary>
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

    /// <summary>The enum member that a query parameter names; null where it is absent.</summary>
    /// <exception cref="InvalidInputException">It names none.</exception>
    public static T? Member<T>(string parameter, string? name)
        where T : struct, Enum => name is null ? null
        : EnumNames.TryParse<T>(name, out var value) ? value
        : throw new InvalidInputException(parameter, $"One of {EnumNames.List<T>()} is expected.");
}
