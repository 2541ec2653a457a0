using System.Globalization;
using System.Linq.Expressions;
using Entourage.Domain;

namespace Entourage.Application.Paging;

/// <summary>Sorts a list by one or more keys, the last of which is unique, and reads it page by page.</summary>
/// <typeparam name="T">What the store sorts.</typeparam>
/// <typeparam name="TItem">What the list consists of.</typeparam>
/// <param name="page">The page to read.</param>
/// <param name="direction">The direction if the request names none.</param>
internal sealed class ListOrder<T, TItem>(PageRequest page, ListDirection direction = ListDirection.Ascending)
{
    private const char Separator = '\n';

    private readonly List<(LambdaExpression Key, Func<TItem, object> KeyOf)> keys = [];

    private bool Descends => (page.Direction ?? direction) == ListDirection.Descending;

    /// <summary>Sorts by a number, after the keys before it.</summary>
    public ListOrder<T, TItem> By(Expression<Func<T, long>> key, Func<TItem, long> keyOf) => With(key, item => keyOf(item));

    /// <summary>Sorts by an amount, after the keys before it.</summary>
    public ListOrder<T, TItem> By(Expression<Func<T, Money>> key, Func<TItem, Money> keyOf) => With(key, item => keyOf(item).NanoUsd);

    /// <summary>Sorts by an id, after the keys before it. The stores order ids differently, but each of them in one way.</summary>
    public ListOrder<T, TItem> By(Expression<Func<T, Guid>> key, Func<TItem, Guid> keyOf) => With(key, item => keyOf(item));

    /// <summary>Sorts by a single line of text, after the keys before it.</summary>
    public ListOrder<T, TItem> By(Expression<Func<T, string>> key, Func<TItem, string> keyOf) => With(key, keyOf);

    /// <summary>Returns the items of the page and the one after it, in order.</summary>
    /// <exception cref="Errors.InvalidInputException">The cursor was never issued for this order.</exception>
    public IQueryable<T> Read(IQueryable<T> items)
    {
        if (page.Cursor is not null)
        {
            items = items.Where(IsAfterCursor());
        }

        foreach (var (index, (key, _)) in keys.Index())
        {
            var method = (index == 0 ? "OrderBy" : "ThenBy") + (Descends ? "Descending" : "");
            items = items.Provider.CreateQuery<T>(Expression.Call(typeof(Queryable), method, [typeof(T), key.ReturnType], items.Expression, Expression.Quote(key)));
        }

        return items.Take(page.Limit + 1);
    }

    /// <summary>Creates the page from the items that were read.</summary>
    public Page<TItem> ToPage(IReadOnlyList<TItem> items) =>
        page.Of(items, item => string.Join(Separator, keys.Select(key => Convert.ToString(key.KeyOf(item), CultureInfo.InvariantCulture))));

    private ListOrder<T, TItem> With(LambdaExpression key, Func<TItem, object> keyOf)
    {
        keys.Add((key, keyOf));
        return this;
    }

    // (a, b) is after (x, y) if a > x, or a = x and b > y.
    private Expression<Func<T, bool>> IsAfterCursor()
    {
        var values = page.AfterName!.Split(Separator);
        if (values.Length != keys.Count)
        {
            throw PageRequest.UnknownCursor();
        }

        var item = Expression.Parameter(typeof(T), "item");
        Expression? after = null;
        foreach (var ((key, _), text) in keys.Zip(values).Reverse())
        {
            var member = Parameters.Replace(key, item);
            var (left, right) = OperandsOf(member, text);
            var isAfter = Descends ? Expression.LessThan(left, right) : Expression.GreaterThan(left, right);
            after = after is null ? isAfter : Expression.OrElse(isAfter, Expression.AndAlso(Expression.Equal(left, right), after));
        }

        return Expression.Lambda<Func<T, bool>>(after!, item);
    }

    private static (Expression Left, Expression Right) OperandsOf(Expression member, string text)
    {
        if (member.Type == typeof(string))
        {
            return (Expression.Call(typeof(string), nameof(string.Compare), null, member, Parameters.ValueOf(text)), Expression.Constant(0));
        }

        if (member.Type == typeof(Guid))
        {
            return Guid.TryParse(text, out var id) ? (member, Parameters.ValueOf(id)) : throw PageRequest.UnknownCursor();
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? (member, member.Type == typeof(Money) ? Parameters.ValueOf(new Money(number)) : Parameters.ValueOf(number))
            : throw PageRequest.UnknownCursor();
    }
}
