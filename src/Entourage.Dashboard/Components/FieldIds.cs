using System.Globalization;

namespace Entourage.Dashboard.Components;

/// <summary>Creates unique element ids, by which labels refer to their fields.</summary>
internal static class FieldIds
{
    private static long last;

    public static string Next() => string.Create(CultureInfo.InvariantCulture, $"field-{Interlocked.Increment(ref last)}");
}
