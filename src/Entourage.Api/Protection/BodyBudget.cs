using Entourage.Api.Errors;
using Entourage.Api.Startup;
using Entourage.Application.Access;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Protection;

/// <summary>
/// Limits, over all callers, the memory that large bodies take and how many of them are parsed at once. Small bodies pass freely, so they
/// never wait behind large ones, and a single caller never gets all of it.
/// </summary>
internal sealed class BodyBudget : IDisposable
{
    /// <summary>Bodies up to this size, in bytes, are small.</summary>
    public const int LargeBytes = 262_144;

    private const int CallerShare = 4;
    private const int MaxQueue = 64;

    private readonly Lock gate = new();
    private readonly LinkedList<Waiter> waiting = [];
    private readonly Dictionary<object, long> bytesByCaller = [];
    private readonly Dictionary<object, int> queuedByCaller = [];
    private readonly Stack<Slot> idle = [];
    private readonly SemaphoreSlim slots;
    private readonly TimeProvider time;
    private long used;

    public BodyBudget(IOptions<ApiLimits> options, TimeProvider time)
    {
        (Limits, this.time) = (options.Value, time);

        // Half of the processors stay free for small requests.
        slots = new(Math.Max(1, Environment.ProcessorCount / 2));
    }

    /// <summary>The settings.</summary>
    public ApiLimits Limits { get; }

    private TimeSpan Patience => TimeSpan.FromSeconds(Limits.BodyWaitSeconds);

    /// <summary>Opens an account for a request's body. It is closed with the request at the latest.</summary>
    public Lease Open(HttpContext context)
    {
        var lease = new Lease(this, CallerOf(context), time);
        context.Response.RegisterForDispose(lease);
        return lease;
    }

    /// <summary>Waits until a large body may be parsed.</summary>
    /// <exception cref="BusyException">It takes too long, or the caller has too many waiting.</exception>
    public async ValueTask<Slot> EnterAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var caller = CallerOf(context);
        lock (gate)
        {
            var queued = queuedByCaller.GetValueOrDefault(caller);
            if (queued >= MaxQueue)
            {
                throw Busy($"{queued} large bodies from you wait to be parsed already.");
            }

            queuedByCaller[caller] = queued + 1;
        }

        try
        {
            if (!await slots.WaitAsync(Patience, cancellationToken))
            {
                throw Busy($"Large bodies of others were parsed for all of {Limits.BodyWaitSeconds} seconds (Limits:BodyWaitSeconds).");
            }
        }
        finally
        {
            lock (gate)
            {
                if (queuedByCaller[caller] == 1)
                {
                    queuedByCaller.Remove(caller);
                }
                else
                {
                    queuedByCaller[caller]--;
                }
            }
        }

        lock (gate)
        {
            return idle.TryPop(out var slot) ? slot : new Slot(this);
        }
    }

    public void Dispose() => slots.Dispose();

    /// <summary>The refusal of a large body that did not arrive in time.</summary>
    public static BusyException Late(HttpContext context)
    {
        var seconds = context.RequestServices.GetRequiredService<BodyBudget>().Limits.LargeBodySeconds;
        return Busy($"The body had more than {LargeBytes:N0} bytes and did not arrive within {seconds} seconds (Limits:LargeBodySeconds).");
    }

    private static BusyException Busy(string reason) => new($"{reason} Nothing was recorded. Send it again later.");

    // Without keys there is only the address.
    private static object CallerOf(HttpContext context) =>
        context.RequestServices.GetRequiredService<CallerContext>().Known?.KeyId is { } key ? key : ClientAddress.Of(context);

    private async Task TakeAsync(Lease lease, long bytes, CancellationToken cancellationToken)
    {
        LinkedListNode<Waiter> waiter;
        lock (gate)
        {
            if (TryTake(lease, bytes))
            {
                return;
            }

            waiter = waiting.AddLast(new Waiter(lease, bytes));
        }

        try
        {
            await waiter.Value.Granted.Task.WaitAsync(Patience, time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            lock (gate)
            {
                if (waiter.List is null)
                {
                    // Granted meanwhile. The lease gives it back when it is closed.
                    if (exception is TimeoutException)
                    {
                        return;
                    }

                    throw;
                }

                waiting.Remove(waiter);
            }

            if (exception is OperationCanceledException)
            {
                throw;
            }

            throw Busy($"The bodies being received take all of {Limits.BodyMemoryBytes:N0} bytes, or your quarter of them (Limits:BodyMemoryBytes).");
        }
    }

    private bool TryTake(Lease lease, long bytes)
    {
        // A body that may be larger than all of it has to come alone.
        var ofCaller = bytesByCaller.GetValueOrDefault(lease.Caller);
        if ((used > lease.Bytes && used + bytes > Limits.BodyMemoryBytes)
            || (ofCaller > lease.Bytes && ofCaller + bytes > Limits.BodyMemoryBytes / CallerShare))
        {
            return false;
        }

        used += bytes;
        bytesByCaller[lease.Caller] = ofCaller + bytes;
        lease.Bytes += bytes;
        return true;
    }

    private void Return(Lease lease)
    {
        lock (gate)
        {
            used -= lease.Bytes;
            if ((bytesByCaller[lease.Caller] -= lease.Bytes) == 0)
            {
                bytesByCaller.Remove(lease.Caller);
            }

            lease.Bytes = 0;
            for (var next = waiting.First; next is not null;)
            {
                var waiter = next;
                next = next.Next;
                if (TryTake(waiter.Value.Lease, waiter.Value.Bytes))
                {
                    waiting.Remove(waiter);
                    waiter.Value.Granted.SetResult();
                }
            }
        }
    }

    private void Return(Slot slot)
    {
        lock (gate)
        {
            idle.Push(slot);
        }

        slots.Release();
    }

    private sealed record Waiter(Lease Lease, long Bytes)
    {
        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>The memory that the body of one request takes.</summary>
    internal sealed class Lease(BodyBudget budget, object caller, TimeProvider time) : IDisposable
    {
        private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(budget.Limits.LargeBodySeconds), time);
        private bool isClosed;

        /// <summary>Whose it is.</summary>
        public object Caller => caller;

        /// <summary>How many bytes it has.</summary>
        public long Bytes { get; set; }

        /// <summary>When the body must have arrived: a slow sender must not keep others from sending theirs.</summary>
        public CancellationToken Deadline => deadline.Token;

        /// <summary>Makes sure that it has so many bytes.</summary>
        /// <exception cref="BusyException">They are not to be had in time.</exception>
        public Task EnsureAsync(long bytes, CancellationToken cancellationToken)
        {
            var missing = bytes - Bytes;
            return missing <= 0 ? Task.CompletedTask : budget.TakeAsync(this, ((missing + LargeBytes - 1) / LargeBytes) * LargeBytes, cancellationToken);
        }

        public void Dispose()
        {
            if (isClosed)
            {
                return;
            }

            isClosed = true;
            deadline.Dispose();
            if (Bytes > 0)
            {
                budget.Return(this);
            }
        }
    }

    /// <summary>Leave to parse a large body, with memory that is used again and again.</summary>
    internal sealed class Slot(BodyBudget budget) : IDisposable
    {
        private byte[] buffer = [];

        /// <summary>Memory of at least a size, which keeps its first bytes.</summary>
        /// <param name="size">The size, in bytes.</param>
        /// <param name="kept">How many of the bytes are in use.</param>
        public byte[] Grow(int size, int kept)
        {
            if (buffer.Length < size)
            {
                var grown = new byte[size];
                buffer.AsSpan(0, kept).CopyTo(grown);
                buffer = grown;
            }

            return buffer;
        }

        public void Dispose() => budget.Return(this);
    }
}
