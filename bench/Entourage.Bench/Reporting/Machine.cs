using System.Globalization;
using System.Runtime.InteropServices;

namespace Entourage.Bench.Reporting;

/// <summary>Where figures come from, without which they mean nothing.</summary>
internal static class Machine
{
    /// <summary>Cores, memory, system and runtime, in a line.</summary>
    public static string Describe() => string.Join(
        ", ",
        string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores"),
        string.Create(CultureInfo.InvariantCulture, $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9:0} GB of memory"),
        RuntimeInformation.OSDescription,
        RuntimeInformation.OSArchitecture,
        RuntimeInformation.FrameworkDescription);
}
