using System.Text.Json;

namespace Entourage.Api.Tests.Fuzz;

/// <summary>Values that a caller might send by mistake or to probe the server.</summary>
internal static class FuzzValues
{
    private static readonly string[] Texts =
    [
        "", " ", "\t", "a\nb", "\0", "null", "NaN", "-1", "0", "1e400", "0x10", "١٢٣", "𝟙", "𐀀", "é\u0301", "\u202Etxet", "\uFEFF", "\uFFFF", "👩‍👩‍👧‍👧", "İ", "ß",
        "' OR 1=1 --", "\"; DROP TABLE Teams; --", "%", "_", "[a-z]", "../../etc/passwd", "..\\..\\x", "{{7*7}}", "${jndi:ldap://x}", "<script>alert(1)</script>",
        "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "0197a000-0000-7000-8000-00000000000", "{0197a000-0000-7000-8000-000000000000}",
        "2026-02-30T00:00:00Z", "2026-06-10T12:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00", "2026-06-10T24:00:00Z", "2026-06-10", "9999-12-31", "0001-01-01", "budget:", "budget:1e9", "budget:-1", "budget:1000000.0000000001",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "http://", "http://[::1]/", "ftp://x", "//x", "u0-e0", "u9223372036854775807-e9223372036854775807",
        "u-1-e-1", "MQ", "OTIyMzM3MjAzNjg1NDc3NTgwNw", "Europe/Atlantis", "agent:", "task:7", "price::",
    ];

    // Raw JSON, some of it invalid.
    private static readonly string[] Literals =
    [
        "null", "true", "false", "0", "-0", "-0.0", "-1", "1.5", "1e0", "1e400", "-1e400", "1e-400", "0.0000000001", "1e-9", "1000000", "1000000.000000001", "1e6", "999999999999999999999999",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "2147483648", "79228162514264337593543950336", "1.0000000000000000000000000000001",
        "01", "+1", ".5", "1.", "NaN", "Infinity", "[]", "{}", "[null]", "[[]]", "{\"\":0}", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0000\"", "\"\u0001\"", "'x'", "undefined", "//", "\"",
        "[1,2,3]", "{\"id\":1}", "[true,\"x\",{}]",
    ];

    /// <summary>A short text that most members accept.</summary>
    public static string Words(Random random) => random.Next(20) == 0 ? new string('w', random.Next(1, 60)) : $"fuzz {random.Next(1_000)}";

    /// <summary>An invalid text.</summary>
    public static string InvalidText(Random random, int longest) => random.Next(10) switch
    {
        0 => new string("aé漢𐀀"[random.Next(3)], random.Next(longest)),
        1 => string.Create(random.Next(40), random, static (text, random) =>
        {
            foreach (ref var character in text)
            {
                character = (char)random.Next(1, 0xD800);
            }
        }),
        _ => Texts[random.Next(Texts.Length)],
    };

    /// <summary>An invalid value as raw JSON.</summary>
    public static string Bad(Random random) => random.Next(12) switch
    {
        < 5 => Literals[random.Next(Literals.Length)],
        5 => Nested(random.Next(2) == 0 ? random.Next(1, 70) : random.Next(1_000), random),
        6 when random.Next(20) == 0 => $"\"{new string('x', random.Next(300_000))}\"",
        _ => JsonSerializer.Serialize(InvalidText(random, 30_000)),
    };

    /// <summary>Deeply nested lists or objects.</summary>
    public static string Nested(int depth, Random random) => random.Next(2) == 0
        ? new string('[', depth) + new string(']', depth)
        : string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth);
}
