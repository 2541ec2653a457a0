using System.Globalization;
using System.Runtime.InteropServices;

namespace Entourage.Bench.Reporting;

/// <summary>Describes the machine, because figures mean nothing without it.</summary>
internal static class Machine
{
    /// <summary>Returns cores, memory, system and runtime in one line.</summary>
    public static string Describe() => string.Join(
        ", ",
        string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores"),
        string.Create(CultureInfo.InvariantCulture, $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9:0} GB of memory"),
        RuntimeInformation.OSDescription,
        RuntimeInformation.OSArchitecture,
        RuntimeInformation.FrameworkDescription);
}
