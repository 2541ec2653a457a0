using Entourage.Api.Errors;
using Entourage.Api.Startup;
using Entourage.Application.Access;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Protection;

/// <summary>
/// Limits the memory of large bodies and the number that are parsed at once, over all callers. Small bodies are not limited, so they never
/// wait behind large ones. One caller gets at most a quarter of the memory.
/// </summary>
internal sealed class BodyBudget : IDisposable
{
    /// <summary>Bodies larger than this count as large, in bytes.</summary>
    public const int LargeBytes = 262_144;

    private const int CallerShare = 4;
    private const int MaxQueue = 64;

    private readonly Lock gate = new();
    private readonly LinkedList<MemoryRequest> waiting = [];
    private readonly Dictionary<object, long> bytesByCaller = [];
    private readonly Dictionary<object, int> queuedByCaller = [];
    private readonly Stack<ParserSlot> idle = [];
    private readonly SemaphoreSlim slots;
    private readonly TimeProvider time;
    private long used;

    public BodyBudget(IOptions<ApiLimits> options, TimeProvider time)
    {
        (Limits, this.time) = (options.Value, time);

        // Half of the processors stay free for small requests.
        slots = new(Math.Max(1, Environment.ProcessorCount / 2));
    }

    public ApiLimits Limits { get; }

    private TimeSpan MaxWait => TimeSpan.FromSeconds(Limits.BodyWaitSeconds);

    /// <summary>Opens a lease for a request's body. It is closed with the request at the latest.</summary>
    public Lease Open(HttpContext context)
    {
        var lease = new Lease(this, CallerOf(context), time);
        context.Response.RegisterForDispose(lease);
        return lease;
    }

    /// <summary>Waits until a large body may be parsed.</summary>
    /// <exception cref="BusyException">The wait took too long, or too many bodies of the caller are waiting.</exception>
    public async ValueTask<ParserSlot> EnterAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var caller = CallerOf(context);
        lock (gate)
        {
            var queued = queuedByCaller.GetValueOrDefault(caller);
            if (queued >= MaxQueue)
            {
                throw Busy($"{queued} of your large bodies are already waiting to be parsed.");
            }

            queuedByCaller[caller] = queued + 1;
        }

        try
        {
            if (!await slots.WaitAsync(MaxWait, cancellationToken))
            {
                throw Busy($"The server was busy with other large bodies for {Limits.BodyWaitSeconds} seconds (Limits:BodyWaitSeconds).");
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
            return idle.TryPop(out var slot) ? slot : new ParserSlot(this);
        }
    }

    public void Dispose() => slots.Dispose();

    /// <summary>The exception for a large body that did not arrive in time.</summary>
    public static BusyException Late(HttpContext context)
    {
        var seconds = context.RequestServices.GetRequiredService<BodyBudget>().Limits.LargeBodySeconds;
        return Busy($"The body had more than {LargeBytes:N0} bytes and did not arrive within {seconds} seconds (Limits:LargeBodySeconds).");
    }

    private static BusyException Busy(string reason) => new($"{reason} Nothing was recorded. Send the request again later.");

    // Without a key, callers are told apart by their address.
    private static object CallerOf(HttpContext context) =>
        context.RequestServices.GetRequiredService<CallerContext>().Known?.KeyId is { } key ? key : ClientAddress.Of(context);

    private async Task TakeAsync(Lease lease, long bytes, CancellationToken cancellationToken)
    {
        LinkedListNode<MemoryRequest> request;
        lock (gate)
        {
            if (TryTake(lease, bytes))
            {
                return;
            }

            request = waiting.AddLast(new MemoryRequest(lease, bytes));
        }

        try
        {
            await request.Value.Granted.Task.WaitAsync(MaxWait, time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            lock (gate)
            {
                if (request.List is null)
                {
                    // Granted in the meantime. Closing the lease returns the memory.
                    if (exception is TimeoutException)
                    {
                        return;
                    }

                    throw;
                }

                waiting.Remove(request);
            }

            if (exception is OperationCanceledException)
            {
                throw;
            }

            throw Busy($"Other large bodies use all of the {Limits.BodyMemoryBytes:N0} bytes, or yours use your quarter of them (Limits:BodyMemoryBytes).");
        }
    }

    private bool TryTake(Lease lease, long bytes)
    {
        // A body may exceed a limit if it is the only one, because the limit may be smaller than the largest body.
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
                var request = next;
                next = next.Next;
                if (TryTake(request.Value.Lease, request.Value.Bytes))
                {
                    waiting.Remove(request);
                    request.Value.Granted.SetResult();
                }
            }
        }
    }

    private void Return(ParserSlot slot)
    {
        lock (gate)
        {
            idle.Push(slot);
        }

        slots.Release();
    }

    private sealed record MemoryRequest(Lease Lease, long Bytes)
    {
        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>The memory that is reserved for the body of one request.</summary>
    internal sealed class Lease(BodyBudget budget, object caller, TimeProvider time) : IDisposable
    {
        private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(budget.Limits.LargeBodySeconds), time);
        private bool isClosed;

        public object Caller => caller;

        public long Bytes { get; set; }

        /// <summary>Cancelled when the body must have arrived, so that a slow sender does not block others.</summary>
        public CancellationToken Deadline => deadline.Token;

        /// <summary>Extends the lease to at least this many bytes.</summary>
        /// <exception cref="BusyException">The memory did not become free in time.</exception>
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

    /// <summary>The right to parse a large body, with a buffer that is reused.</summary>
    internal sealed class ParserSlot(BodyBudget budget) : IDisposable
    {
        private byte[] buffer = [];

        /// <summary>Returns a buffer of at least this size that keeps its first bytes.</summary>
        /// <param name="size">The size, in bytes.</param>
        /// <param name="kept">How many bytes to keep.</param>
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
