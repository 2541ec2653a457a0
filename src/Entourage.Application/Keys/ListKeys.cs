using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Paging;
using Entourage.Domain.Access;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Keys;

/// <summary>Lists keys, newest first. An admin sees all of them, a lead those of its agents.</summary>
/// <param name="Page">The page to return.</param>
public sealed record ListKeysQuery(PageRequest Page) : IQuery<Page<KeyResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead();
}

internal sealed class ListKeysValidator : AbstractValidator<ListKeysQuery>
{
    public ListKeysValidator() => RuleFor(query => query.Page.Limit).PageLimit();
}

internal sealed class ListKeysHandler(IEntourageDb db, CallerContext callers) : IRequestHandler<ListKeysQuery, Page<KeyResponse>>
{
    public async Task<Page<KeyResponse>> Handle(ListKeysQuery request, CancellationToken cancellationToken)
    {
        var before = request.Page.AfterNumber;
        var (all, teamId) = (callers.Current.IsAdmin, callers.Current.TeamId);
        var keys = await db.ApiKeys.AsNoTracking()
            .Where(key => all || (key.TeamId == teamId && key.Role == CallerRole.Agent))
            .Where(key => before == null || key.Sequence < before)
            .OrderByDescending(key => key.Sequence)
            .Take(request.Page.Limit + 1)
            .ToListAsync(cancellationToken);
        var page = request.Page.Of(keys, key => key.Sequence);
        return new([.. page.Items.Select(KeyResponse.From)], page.NextCursor);
    }
}
