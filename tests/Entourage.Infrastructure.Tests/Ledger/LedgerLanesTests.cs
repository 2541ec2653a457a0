using Entourage.Application.Ledger;
using Entourage.Infrastructure.Ledger;
using Entourage.Testing;

namespace Entourage.Infrastructure.Tests.Ledger;

/// <summary>The lanes in which callers wait for the ledger.</summary>
internal sealed class LedgerLanesTests
{
    private const int Slots = 64;

    [Test]
    public async Task Lane_whose_turn_goes_on_does_not_wait_behind_others_with_its_organisation_locked()
    {
        var organisation = Guid.CreateVersion7();
        var added = new TaskCompletionSource();
        var (told, again) = (new TaskCompletionSource(), new TaskCompletionSource());
        var (othersWait, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        var (busy, writes) = (0, 0);
        var othersBusy = new TaskCompletionSource();
        LedgerLanes? lanes = null;
        using var disposed = lanes = new(WriteAsync, maxEntries: 1);
        Assert.That(lanes.TryAdd(Caller(), [organisation]), Is.True);
        Assert.That(lanes.TryAdd(Caller(), [organisation]), Is.True);
        added.SetResult();
        await told.Task.WaitAsync(Patience.Limit);

        // All slots but the first are taken, and one more lane waits.
        for (var other = 0; other < Slots; other++)
        {
            Assert.That(lanes.TryAdd(Caller(), [Guid.CreateVersion7()]), Is.True);
        }

        await othersBusy.Task.WaitAsync(Patience.Limit);
        othersWait.SetResult();
        await again.Task.WaitAsync(Patience.Limit);
        end.SetResult();
        await lanes.CloseAsync();

        async Task WriteAsync(LedgerLane lane)
        {
            if (lane.Key == organisation)
            {
                await WriteTwiceAsync(lane);
                return;
            }

            lanes!.Take(lane);
            if (Interlocked.Increment(ref busy) == Slots - 1)
            {
                othersBusy.SetResult();
            }

            await end.Task;
        }

        async Task WriteTwiceAsync(LedgerLane lane)
        {
            if (++writes == 1)
            {
                await added.Task;
                lanes!.Take(lane);
                Assert.That(lanes.Continues(lane), Is.True);
                told.SetResult();
                await othersWait.Task;
            }
            else
            {
                lanes!.TakeAll(lane);
                again.SetResult();
            }
        }
    }

    private static LedgerCaller Caller() => new([new ReleaseEntry(Guid.CreateVersion7(), DateTimeOffset.UnixEpoch)]);
}
