using System.Diagnostics;
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
            PreciseWait.Until(instant);
            due.TryWrite(instant);
        }

        due.Complete();
    }
}
