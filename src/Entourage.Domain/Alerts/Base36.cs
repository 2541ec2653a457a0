namespace Entourage.Domain.Alerts;

/// <summary>Writes non-negative numbers in base 36, so that they are short and contain no separators.</summary>
internal static class Base36
{
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";
    private const int Longest = 13;

    public static string Of(ulong number)
    {
        Span<char> text = stackalloc char[Longest];
        return new(text[..Write(number, text)]);
    }

    public static string Of(long number) => Of(checked((ulong)number));

    /// <summary>Writes a number to the beginning of a buffer.</summary>
    /// <returns>The number of characters.</returns>
    public static int Write(long number, Span<char> buffer) => Write(checked((ulong)number), buffer);

    private static int Write(ulong number, Span<char> buffer)
    {
        var length = 0;
        do
        {
            buffer[length++] = Digits[(int)(number % 36)];
            number /= 36;
        }
        while (number > 0);

        buffer[..length].Reverse();
        return length;
    }

    /// <summary>Reads a number.</summary>
    /// <exception cref="FormatException">The text is not a base-36 number.</exception>
    public static long Parse(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > Longest)
        {
            throw new FormatException("Expected a base-36 number.");
        }

        var number = 0L;
        foreach (var character in text)
        {
            var digit = Digits.IndexOf(character, StringComparison.Ordinal);
            number = digit >= 0 ? checked((number * 36) + digit) : throw new FormatException("Expected a base-36 number.");
        }

        return number;
    }
}
