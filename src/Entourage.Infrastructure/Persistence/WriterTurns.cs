using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Entourage.Infrastructure.Persistence;

/// <summary>
/// Lets the processes that write to an SQLite file take turns. SQLite's own lock makes the others poll, so a process that writes without pause would get it
/// again and again before they look. Correctness does not depend on it. The operating system releases the locks when a process ends.
/// </summary>
/// <remarks>
/// A waiting process holds the head of the queue until it gets the turn. A process that has had its turn must pass the head of the queue before its
/// next one, so the waiting process comes first. While it has more to write, it keeps its turn for a few transactions. The first of them must read
/// again what another process may have changed, and the others need not.
/// </remarks>
internal sealed partial class WriterTurns : IDisposable
{
    private const int ReadWrite = 2; // O_RDWR
    private const int CloseOnExec = 0x80000; // O_CLOEXEC
    private const int CloseOnExecOnMac = 0x1000000;
    private const int Exclusive = 2; // LOCK_EX
    private const int NonBlocking = 4; // LOCK_NB
    private const int Unlock = 8; // LOCK_UN
    private const int Interrupted = 4; // EINTR
    private const int WouldBlock = 11; // EWOULDBLOCK on Linux
    private const int WouldBlockOnMac = 35;

    // Several transactions on most disks, and hardly a delay for the callers of the other processes.
    private static readonly TimeSpan LongestTurn = TimeSpan.FromMilliseconds(20);

    private readonly SafeFileHandle queue;
    private readonly SafeFileHandle turn;
    private readonly TimeProvider time;

    // Guards the members below.
    private readonly Lock gate = new();
    private readonly ITimer end;
    private long began;
    private bool isKept;

    private WriterTurns(SafeFileHandle queue, SafeFileHandle turn, TimeProvider time)
    {
        (this.queue, this.turn, this.time) = (queue, turn, time);
        end = time.CreateTimer(_ => ReleaseKept(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Opens the lock files of a store.</summary>
    /// <param name="store">The path of the SQLite file.</param>
    /// <param name="time">Measures how long a turn lasts.</param>
    /// <returns>Null if the folder is not writable, or on Windows, where writers poll.</returns>
    public static WriterTurns? Open(string store, TimeProvider time)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        var files = FilesOf(store).Select(OpenFile).ToArray();
        if (files.All(file => !file.IsInvalid))
        {
            return new(files[0], files[1], time);
        }

        Array.ForEach(files, file => file.Dispose());
        return null;
    }

    /// <summary>Gets the paths of the lock files of a store.</summary>
    public static IReadOnlyList<string> FilesOf(string store) => [store + ".queue", store + ".turn"];

    /// <summary>Waits for the turn of this process. One call at a time.</summary>
    public Task EnterAsync()
    {
        lock (gate)
        {
            if (isKept)
            {
                isKept = false;
                return Task.CompletedTask;
            }
        }

        if (!TryLock(queue))
        {
            return Task.Run(() =>
            {
                Lock(queue);
                TakeTurn();
            });
        }

        if (!TryLock(turn))
        {
            return Task.Run(TakeTurn);
        }

        Begin();
        return Task.CompletedTask;
    }

    /// <summary>Ends the turn of this process, or keeps it for the next call.</summary>
    /// <param name="continues">Whether this process has more to write. It then keeps its turn, if that has not lasted long.</param>
    public void Leave(bool continues = false)
    {
        lock (gate)
        {
            var left = LongestTurn - time.GetElapsedTime(began);
            isKept = continues && left > TimeSpan.Zero;
            if (isKept)
            {
                // In case the next call never comes.
                end.Change(left, Timeout.InfiniteTimeSpan);
            }
            else
            {
                Release(turn);
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            // A timer that fires now has nothing to release.
            isKept = false;
        }

        end.Dispose();
        queue.Dispose();
        turn.Dispose();
    }

    // Not with the framework's streams, because each of them locks its file in this way already.
    private static SafeFileHandle OpenFile(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                OwnerOnlyFiles.CreateFile(path);
            }
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            // Another process has created it, or the folder cannot be written.
        }

        return new(Open(path, ReadWrite | (OperatingSystem.IsMacOS() ? CloseOnExecOnMac : CloseOnExec)), ownsHandle: true);
    }

    private void TakeTurn()
    {
        Lock(turn);
        Begin();
    }

    private void Begin()
    {
        Release(queue);
        lock (gate)
        {
            began = time.GetTimestamp();
        }
    }

    private void ReleaseKept()
    {
        lock (gate)
        {
            if (isKept)
            {
                isKept = false;
                Release(turn);
            }
        }
    }

    // A file system without these locks has no turns, and its writers poll.
    private static bool TryLock(SafeFileHandle file) => Change(file, Exclusive | NonBlocking) == 0 || Marshal.GetLastPInvokeError() is not (WouldBlock or WouldBlockOnMac);

    private static void Lock(SafeFileHandle file)
    {
        while (Change(file, Exclusive) != 0 && Marshal.GetLastPInvokeError() == Interrupted)
        {
        }
    }

    private static void Release(SafeFileHandle file) => _ = Change(file, Unlock);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Change(SafeFileHandle file, int operation);
}
