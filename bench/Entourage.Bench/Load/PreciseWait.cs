using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Entourage.Bench.Load;

/// <summary>Waits for less than a millisecond, the resolution of the framework's waits. Spinning would take a core from the server.</summary>
internal static class PreciseWait
{
    private const int SetTimerSlack = 29;

    /// <summary>Makes the waits of this thread end within microseconds. Linux wakes threads up to 50 µs late otherwise.</summary>
    public static void Sharpen()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = Control(SetTimerSlack, 1);
        }
    }

    /// <summary>Waits for an instant. Occupies the thread.</summary>
    /// <param name="instant">A <see cref="Stopwatch"/> timestamp.</param>
    public static void Until(long instant)
    {
        var spin = new SpinWait();
        for (var left = instant - Stopwatch.GetTimestamp(); left > 0; left = instant - Stopwatch.GetTimestamp())
        {
            if (OperatingSystem.IsWindows())
            {
                spin.SpinOnce(sleep1Threshold: -1);
            }
            else
            {
                _ = Rest((uint)Math.Clamp(left * 1_000_000 / Stopwatch.Frequency, 1, 999_999));
            }
        }
    }

    [DllImport("libc", EntryPoint = "usleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Rest(uint microseconds);

    [DllImport("libc", EntryPoint = "prctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(int option, nuint value);
}
