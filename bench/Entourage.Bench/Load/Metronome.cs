using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Entourage.Bench.Load;

/// <summary>Signals when requests are due, at a constant rate.</summary>
/// <param name="perSecond">The rate.</param>
internal sealed class Metronome(double perSecond)
{
    /// <summary>Writes the due time of each request once it is reached, as a <see cref="Stopwatch"/> timestamp. Occupies a thread.</summary>
    public void Beat(TimeSpan duration, ChannelWriter<long> due)
    {
        var (started, interval) = (Stopwatch.GetTimestamp(), Stopwatch.Frequency / perSecond);
        for (var beat = 0; beat < perSecond * duration.TotalSeconds; beat++)
        {
            var instant = started + (long)(beat * interval);
            WaitFor(instant);
            due.TryWrite(instant);
        }

        due.Complete();
    }

    // The framework's waits have a resolution of a millisecond, which is as long as an answer takes. Spinning would take a core from the server.
    private static void WaitFor(long instant)
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
}
