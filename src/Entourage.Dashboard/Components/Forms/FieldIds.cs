using System.Globalization;

namespace Entourage.Dashboard.Components;

/// <summary>Names by which labels find their fields: no two on a page are the same.</summary>
internal static class FieldIds
{
    private static long last;

    public static string Next() => string.Create(CultureInfo.InvariantCulture, $"field-{Interlocked.Increment(ref last)}");
}
