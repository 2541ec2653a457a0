using System.Threading.Channels;
using Entourage.Infrastructure.Keys;
using Entourage.Testing;

namespace Entourage.Infrastructure.Tests.Keys;

/// <summary>Concurrent callers get the revision of the keys from a read that began after their call.</summary>
internal sealed class KeyRevisionsTests
{
    [Test]
    public async Task Callers_during_a_read_share_the_next_read()
    {
        var store = new HeldStore();
        var revisions = new KeyRevisions(store);
        var first = revisions.ReadAsync(default).AsTask();
        await store.BegunAsync();
        var second = revisions.ReadAsync(default).AsTask();
        var third = revisions.ReadAsync(default).AsTask();

        store.Answer(1);
        Assert.That(await first, Is.EqualTo(1));
        await store.BegunAsync();
        Assert.That((second.IsCompleted, third.IsCompleted), Is.EqualTo((false, false)), "the first read began before their call");
        store.Answer(2);
        Assert.That((await second, await third, store.Reads), Is.EqualTo((2, 2, 2)));
    }

    [Test]
    public async Task Failed_read_fails_only_the_callers_that_waited_for_it()
    {
        var store = new HeldStore();
        var revisions = new KeyRevisions(store);
        var first = revisions.ReadAsync(default).AsTask();
        await store.BegunAsync();
        var second = revisions.ReadAsync(default).AsTask();
        store.Fail(new IOException("first"));
        Assert.That(async () => await first, Throws.TypeOf<IOException>().With.Message.EqualTo("first"));
        await store.BegunAsync();
        store.Fail(new IOException("second"));
        Assert.That(async () => await second, Throws.TypeOf<IOException>().With.Message.EqualTo("second"));

        // Answered whether or not the reader that passes on has left yet.
        var third = revisions.ReadAsync(default).AsTask();
        await store.BegunAsync();
        store.Answer(3);
        Assert.That(await third, Is.EqualTo(3));
    }

    /// <summary>A store with reads that end when the test says so.</summary>
    private sealed class HeldStore : IKeyRevisionStore
    {
        private readonly Channel<int> begun = Channel.CreateUnbounded<int>();
        private TaskCompletionSource<long> pending = new();

        public int Reads { get; private set; }

        public ValueTask<long> ReadAsync()
        {
            Reads++;
            pending = new(TaskCreationOptions.RunContinuationsAsynchronously);
            begun.Writer.TryWrite(Reads);
            return new(pending.Task);
        }

        public async Task BegunAsync() => await begun.Reader.ReadAsync().AsTask().WaitAsync(Patience.Limit, TimeProvider.System);

        public void Answer(long number) => pending.SetResult(number);

        public void Fail(Exception fault) => pending.SetException(fault);
    }
}
