using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;

namespace Entourage.Application.Paging;

/// <summary>Searches lists for a text.</summary>
internal static class TextSearch
{
    private static readonly MethodInfo Contains = typeof(string).GetMethod(nameof(string.Contains), [typeof(string)])!;

    // Entity Framework translates this method only without a culture.
    private static readonly MethodInfo ToLower = typeof(string).GetMethod(nameof(string.ToLower), [])!;

    /// <summary>Restricts a list to the items that contain the text of the request in one of the members, ignoring case.</summary>
    /// <param name="items">The items.</param>
    /// <param name="page">The request; without a text, all items are returned.</param>
    /// <param name="texts">The members, which may be null.</param>
    public static IQueryable<T> Matching<T>(this IQueryable<T> items, PageRequest page, params IReadOnlyList<Expression<Func<T, string?>>> texts) =>
        Matching(items, page, number: null, texts);

    /// <summary>Restricts a list to the items that contain the text of the request in one of the members, ignoring case, and the item with that number.</summary>
    /// <param name="items">The items.</param>
    /// <param name="page">The request; without a text, all items are returned.</param>
    /// <param name="number">The number of an item, searched as <c>7</c> or <c>#7</c>; null if items have none.</param>
    /// <param name="texts">The members, which may be null.</param>
    public static IQueryable<T> Matching<T>(
        this IQueryable<T> items, PageRequest page, Expression<Func<T, long>>? number, params IReadOnlyList<Expression<Func<T, string?>>> texts)
    {
        if (page.SearchText is not { } search)
        {
            return items;
        }

        var item = Expression.Parameter(typeof(T), "item");
        // Both spellings, because SQLite lowers only the letters of ASCII.
        IEnumerable<Expression> matches = texts
            .Select(text => Parameters.Replace(text, item))
            .SelectMany(member => new[]
            {
                Expression.Call(member, Contains, Parameters.ValueOf(search)),
                Expression.Call(Expression.Call(member, ToLower), Contains, Parameters.ValueOf(search.ToLowerInvariant())),
            });
        if (number is not null && NumberOf(search) is { } wanted)
        {
            matches = matches.Append(Expression.Equal(Parameters.Replace(number, item), Parameters.ValueOf(wanted)));
        }

        return items.Where(Expression.Lambda<Func<T, bool>>(matches.Aggregate(Expression.OrElse), item));
    }

    /// <summary>Returns the number that a search asks for, such as <c>#7</c>; null if it is not a number.</summary>
    public static long? NumberOf(string search) =>
        long.TryParse(search.TrimStart('#'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
