using Entourage.Application.Abstractions;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Errors;

/// <summary>Turns missing rows and duplicates into exceptions with a message for the caller.</summary>
internal static class QueryExtensions
{
    /// <summary>Returns the entity with a key.</summary>
    /// <exception cref="NotFoundException">It does not exist.</exception>
    public static async Task<T> GetAsync<T>(this DbSet<T> set, object id, string resource, CancellationToken cancellationToken)
        where T : class =>
        await set.FindAsync([id], cancellationToken) ?? throw new NotFoundException(resource, id);

    /// <summary>Returns the only row of a query.</summary>
    /// <exception cref="NotFoundException">It does not exist.</exception>
    public static async Task<T> GetAsync<T>(this IQueryable<T> query, object id, string resource, CancellationToken cancellationToken)
        where T : class =>
        await query.SingleOrDefaultAsync(cancellationToken) ?? throw new NotFoundException(resource, id);

    /// <summary>Saves all changes. A duplicate becomes a conflict with the given explanation.</summary>
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
