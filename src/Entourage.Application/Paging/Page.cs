using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Entourage.Application.Errors;

namespace Entourage.Application.Paging;

/// <summary>Which part of a list is asked for.</summary>
/// <param name="Limit">How many items at the most, 1 to <see cref="MaxLimit"/>.</param>
/// <param name="Cursor">Where the part before ended; null for the first.</param>
public sealed record PageRequest(int Limit, string? Cursor)
{
    /// <summary>The items of a page when the caller does not say.</summary>
    public const int DefaultLimit = 50;

    /// <summary>The most items of a page.</summary>
    public const int MaxLimit = 200;

    /// <summary>The name that the part before ended with; null for the first.</summary>
    /// <exception cref="InvalidInputException">The cursor is none that was given out.</exception>
    public string? AfterName => Cursor is null ? null : Decode(Cursor);

    /// <summary>The number that the part before ended with; null for the first.</summary>
    /// <exception cref="InvalidInputException">The cursor is none that was given out.</exception>
    public long? AfterNumber => Cursor is null ? null
        : long.TryParse(Decode(Cursor), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw Unknown();

    /// <summary>Makes a page of items read one beyond the limit.</summary>
    /// <param name="items">At most <see cref="Limit"/> + 1 items.</param>
    /// <param name="keyOf">What the list is ordered by.</param>
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
            throw Unknown();
        }
    }

    private static InvalidInputException Unknown() => new("cursor", "The cursor is not one that a list gave out.");
}

/// <summary>A part of a list.</summary>
/// <param name="Items">The items, in order.</param>
/// <param name="NextCursor">Where the next part begins; null when there is none.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);
