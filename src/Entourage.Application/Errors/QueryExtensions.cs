using Entourage.Application.Abstractions;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Errors;

/// <summary>Turns what the store lacks or refuses into the error that says so.</summary>
internal static class QueryExtensions
{
    /// <summary>The entity with a key.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    public static async Task<T> GetAsync<T>(this DbSet<T> set, object id, string resource, CancellationToken cancellationToken)
        where T : class =>
        await set.FindAsync([id], cancellationToken) ?? throw new NotFoundException(resource, id);

    /// <summary>The only row of a query.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    public static async Task<T> GetAsync<T>(this IQueryable<T> query, object id, string resource, CancellationToken cancellationToken)
        where T : class =>
        await query.SingleOrDefaultAsync(cancellationToken) ?? throw new NotFoundException(resource, id);

    /// <summary>Saves; a unique index that refuses is a conflict with the given explanation.</summary>
    /// <exception cref="ConflictException"><c>duplicate</c>.</exception>
    public static async Task SaveUniqueAsync(this IEntourageDb db, string explanation, CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DuplicateException)
        {
            throw new ConflictException(ConflictException.Duplicate, explanation);
        }
    }
}
