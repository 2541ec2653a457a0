using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Paging;
using Entourage.Domain.Access;
using Entourage.Domain.Keys;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Keys;

/// <summary>How a list of keys is sorted.</summary>
public enum KeySort
{
    /// <summary>By the time of issue, the newest first.</summary>
    Created,

    /// <summary>By name.</summary>
    Name,
}

/// <summary>Lists keys. An admin sees all of them, a lead those of its agents. A search looks in names and creators.</summary>
/// <param name="Page">The page to return.</param>
/// <param name="Sort">The order.</param>
public sealed record ListKeysQuery(PageRequest Page, KeySort Sort = KeySort.Created) : IQuery<Page<KeyResponse>>, IListQuery
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead();
}

internal sealed class ListKeysValidator : ListValidator<ListKeysQuery>;

internal sealed class ListKeysHandler(IEntourageDb db, CallerContext callers) : IRequestHandler<ListKeysQuery, Page<KeyResponse>>
{
    public async Task<Page<KeyResponse>> Handle(ListKeysQuery request, CancellationToken cancellationToken)
    {
        var (all, teamId) = (callers.Current.IsAdmin, callers.Current.TeamId);
        var order = new ListOrder<ApiKey, ApiKey>(request.Page, request.Sort == KeySort.Name ? ListDirection.Ascending : ListDirection.Descending);
        if (request.Sort == KeySort.Name)
        {
            order.By(key => key.Name, key => key.Name);
        }

        order.By(key => key.Sequence, key => key.Sequence);
        var keys = db.ApiKeys.AsNoTracking()
            .Where(key => all || (key.TeamId == teamId && key.Role == CallerRole.Agent))
            .Matching(request.Page, key => key.Name, key => key.CreatedBy);
        var page = order.ToPage(await order.Read(keys).ToListAsync(cancellationToken));
        return new([.. page.Items.Select(KeyResponse.From)], page.NextCursor);
    }
}
