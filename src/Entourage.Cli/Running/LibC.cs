using System.Runtime.InteropServices;

namespace Entourage.Cli.Running;

/// <summary>Functions of the C library that the framework lacks: process groups, terminals and waiting for any child.</summary>
internal static partial class LibC
{
    public const int SigHup = 1;
    public const int SigInt = 2;
    public const int SigQuit = 3;
    public const int SigKill = 9;
    public const int SigPipe = 13;
    public const int SigTerm = 15;
    public const int SigTtIn = 21;
    public const int SigTtOu = 22;

    public const int NoSuchFile = 2;
    public const int Interrupted = 4;
    public const int WaitStopped = 2;

    // These differ between kernels.
    public static readonly int SigCont = OperatingSystem.IsLinux() ? 18 : 19;
    public static readonly int SigStop = OperatingSystem.IsLinux() ? 19 : 17;
    public static readonly int SigTStp = OperatingSystem.IsLinux() ? 20 : 18;

    public const short SpawnSetGroup = 2;
    public const short SpawnDefaultSignals = 4;
    public const short SpawnSignalMask = 8;

    /// <summary>A buffer size larger than the library's opaque structures, whose sizes differ between systems.</summary>
    public const int Opaque = 1_024;

    private static readonly int Block = OperatingSystem.IsLinux() ? 0 : 1;
    private static readonly int SetMask = OperatingSystem.IsLinux() ? 2 : 3;

    private const int SetChildSubreaper = 36;

    [LibraryImport("libc", EntryPoint = "posix_spawnp")]
    public static unsafe partial int Spawn(out int process, byte* file, void* actions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    public static unsafe partial int InitialiseAttributes(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    public static unsafe partial int DestroyAttributes(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    public static unsafe partial int SetFlags(void* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setpgroup")]
    public static unsafe partial int SetGroup(void* attributes, int group);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    public static unsafe partial int SetDefaultSignals(void* attributes, void* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    public static unsafe partial int SetSignalMask(void* attributes, void* signals);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    public static unsafe partial int EmptySignals(void* signals);

    [LibraryImport("libc", EntryPoint = "sigaddset")]
    public static unsafe partial int AddSignal(void* signals, int signal);

    [LibraryImport("libc", EntryPoint = "pthread_sigmask")]
    private static unsafe partial int ChangeMask(int how, void* signals, void* before);

    /// <summary>Returns the group of a process, or -1 if there is no such process.</summary>
    [LibraryImport("libc", EntryPoint = "getpgid")]
    public static partial int GroupOf(int process);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    public static partial int Wait(int process, out int status, int options);

    [LibraryImport("libc", EntryPoint = "kill")]
    public static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    public static partial int OwnGroup();

    [LibraryImport("libc", EntryPoint = "tcgetpgrp")]
    public static partial int ForegroundOf(SafeHandle terminal);

    [LibraryImport("libc", EntryPoint = "tcsetpgrp")]
    public static partial int SetForeground(SafeHandle terminal, int group);

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    public static unsafe partial int GetModes(SafeHandle terminal, void* modes);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    public static unsafe partial int SetModes(SafeHandle terminal, int when, void* modes);

    /// <summary>
    /// Runs an action on the terminal from the background with SIGTTOU blocked, which would otherwise stop the process. Ignoring the signal is not
    /// enough, because the framework resets its handler.
    /// </summary>
    public static unsafe void WithoutStop(Action action)
    {
        byte* signals = stackalloc byte[Opaque], before = stackalloc byte[Opaque];
        _ = EmptySignals(signals);
        _ = AddSignal(signals, SigTtOu);
        _ = ChangeMask(Block, signals, before);
        try
        {
            action();
        }
        finally
        {
            _ = ChangeMask(SetMask, before, null);
        }
    }

    /// <summary>Makes this process adopt its orphaned descendants. Only Linux supports this; elsewhere it returns false.</summary>
    public static bool AdoptOrphans() => OperatingSystem.IsLinux() && Control(SetChildSubreaper, 1, 0, 0, 0) == 0;

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint first, nuint second, nuint third, nuint fourth);
}
