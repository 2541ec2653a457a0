using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Entourage.Application.Errors;

namespace Entourage.Application.Paging;

/// <summary>The requested part of a list.</summary>
/// <param name="Limit">The most items to return, 1 to <see cref="MaxLimit"/>.</param>
/// <param name="Cursor">The cursor of the page; null for the first page.</param>
public sealed record PageRequest(int Limit, string? Cursor)
{
    /// <summary>The page size if the caller states none.</summary>
    public const int DefaultLimit = 50;

    /// <summary>The largest page size.</summary>
    public const int MaxLimit = 200;

    /// <summary>The longest <see cref="Search"/> in characters.</summary>
    public const int SearchLength = 200;

    /// <summary>Only items that contain this text, ignoring case; null or blank for all. Each list states where it searches.</summary>
    public string? Search { get; init; }

    /// <summary>The text to search for; null to return all items.</summary>
    internal string? SearchText => Search?.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>The direction; null for the usual one of the list.</summary>
    public ListDirection? Direction { get; init; }

    /// <summary>The last name of the previous page; null for the first page.</summary>
    /// <exception cref="InvalidInputException">The cursor was never issued.</exception>
    public string? AfterName => Cursor is null ? null : Decode(Cursor);

    /// <summary>The last number of the previous page; null for the first page.</summary>
    /// <exception cref="InvalidInputException">The cursor was never issued.</exception>
    public long? AfterNumber => Cursor is null ? null
        : long.TryParse(Decode(Cursor), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw UnknownCursor();

    /// <summary>Creates a page from items that were read one beyond the limit.</summary>
    /// <param name="items">At most <see cref="Limit"/> + 1 items.</param>
    /// <param name="keyOf">The sort key of an item.</param>
    public Page<T> Of<T>(IReadOnlyList<T> items, Func<T, object> keyOf)
    {
        if (items.Count <= Limit)
        {
            return new(items, null);
        }

        var key = Convert.ToString(keyOf(items[Limit - 1]), CultureInfo.InvariantCulture)!;
        return new([.. items.Take(Limit)], Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key)));
    }

    private static string Decode(string cursor)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Base64Url.DecodeFromChars(cursor));
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            throw UnknownCursor();
        }
    }

    /// <summary>The error for a cursor that was never issued for the list and its order.</summary>
    internal static InvalidInputException UnknownCursor() => new("cursor", "The cursor is unknown. Use a cursor from a Link header, or leave it out for the first page.");
}

/// <summary>A page of a list.</summary>
/// <param name="Items">The items, in order.</param>
/// <param name="NextCursor">The cursor of the next page; null if this is the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>The direction of a sorted list.</summary>
public enum ListDirection
{
    /// <summary>The smallest, the oldest or the first of the alphabet first.</summary>
    [JsonStringEnumMemberName("asc")]
    Ascending,

    /// <summary>The greatest, the newest or the last of the alphabet first.</summary>
    [JsonStringEnumMemberName("desc")]
    Descending,
}
