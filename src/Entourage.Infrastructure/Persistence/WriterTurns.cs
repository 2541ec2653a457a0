using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Entourage.Infrastructure.Persistence;

/// <summary>
/// Lets the processes that write to an SQLite file take turns. SQLite's own lock makes the others poll, so a process that writes without pause would get it
/// again and again before they look. Correctness does not depend on it. The operating system releases the locks when a process ends.
/// </summary>
/// <remarks>
/// A waiting process holds the head of the queue until it gets the turn. A process that has had its turn must pass the head of the queue before its
/// next one, so the waiting process comes first.
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

    private readonly SafeFileHandle queue;
    private readonly SafeFileHandle turn;

    private WriterTurns(SafeFileHandle queue, SafeFileHandle turn) => (this.queue, this.turn) = (queue, turn);

    /// <summary>Opens the lock files of a store.</summary>
    /// <returns>Null if the folder is not writable, or on Windows, where writers poll.</returns>
    public static WriterTurns? Open(string store)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        var files = FilesOf(store).Select(OpenFile).ToArray();
        if (files.All(file => !file.IsInvalid))
        {
            return new(files[0], files[1]);
        }

        Array.ForEach(files, file => file.Dispose());
        return null;
    }

    /// <summary>Gets the paths of the lock files of a store.</summary>
    public static IReadOnlyList<string> FilesOf(string store) => [store + ".queue", store + ".turn"];

    /// <summary>Waits for the turn of this process. One call at a time.</summary>
    public Task EnterAsync()
    {
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

        Release(queue);
        return Task.CompletedTask;
    }

    /// <summary>Ends the turn of this process.</summary>
    public void Leave() => Release(turn);

    public void Dispose()
    {
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
        Release(queue);
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
