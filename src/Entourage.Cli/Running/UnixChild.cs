using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Entourage.Cli.Running;

/// <summary>
/// A command that leads a new process group and owns the terminal while it runs. On Linux, this program adopts orphaned descendants, so that
/// no process escapes with a double fork or another group. On other systems, only the group is known.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class UnixChild : IChild
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    private readonly bool adopts;
    private readonly int id;
    private readonly Terminal? terminal;
    private readonly TaskCompletionSource<int> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource allGone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool reaped;

    private UnixChild(bool adopts, int id, Terminal? terminal)
    {
        (this.adopts, this.id, this.terminal) = (adopts, id, terminal);
        new Thread(Reap) { IsBackground = true, Name = "Children" }.Start();
    }

    public Task<int> Exited => exited.Task;

    public static UnixChild Start(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment)
    {
        var adopts = LibC.AdoptOrphans();
        var terminal = Terminal.Find();
        var id = ProcessLauncher.Start(command, environment);
        if (terminal is not null)
        {
            terminal.GiveTo(id);

            // The command may have been stopped for reading before it owned the terminal.
            _ = LibC.Kill(-id, LibC.SigCont);
        }

        return new(adopts, id, terminal);
    }

    public void Signal(int signal)
    {
        // The group id stays valid until its leader is reaped. After that, another group can have it.
        var reachesGroup = !reaped || !adopts;
        if (reachesGroup)
        {
            _ = LibC.Kill(-id, signal);
        }

        // Signal each process once, because a program may take a second interrupt as an order to abort.
        foreach (var process in FindDescendants().Where(process => !reachesGroup || LibC.GroupOf(process) != id))
        {
            _ = LibC.Kill(process, signal);
        }
    }

    public async Task EndAsync(TimeSpan grace)
    {
        Signal(LibC.SigTerm);

        // A stopped process handles signals only after it continues.
        Signal(LibC.SigCont);
        if (!await IsGoneAsync(grace))
        {
            await KillAsync();
        }

        await exited.Task;
        ReturnTerminal();
    }

    private async Task KillAsync()
    {
        do
        {
            // Stop all processes first, so that none escapes by forking during the search.
            var known = new HashSet<int>();
            for (var found = FindDescendants(); known.Count != found.Count || !found.All(known.Contains); found = FindDescendants())
            {
                known = [.. found];
                foreach (var process in known)
                {
                    _ = LibC.Kill(process, LibC.SigStop);
                }
            }

            Signal(LibC.SigKill);
        }
        while (!await IsGoneAsync(PollInterval));
    }

    private IReadOnlyList<int> FindDescendants() => adopts ? ProcessTree.Descendants() : [];

    /// <summary>Waits until no process is left, and returns false after the timeout.</summary>
    private async Task<bool> IsGoneAsync(TimeSpan timeout)
    {
        if (adopts)
        {
            try
            {
                await allGone.Task.WaitAsync(timeout, TimeProvider.System);
                return true;
            }
            catch (TimeoutException)
            {
                return false;
            }
        }

        for (var start = TimeProvider.System.GetTimestamp(); LibC.Kill(-id, 0) == 0; await Task.Delay(PollInterval, TimeProvider.System))
        {
            if (TimeProvider.System.GetElapsedTime(start) >= timeout)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Reaps all children, including adopted ones, until there are none left.</summary>
    private void Reap()
    {
        while (true)
        {
            var process = LibC.Wait(-1, out var status, LibC.WaitStopped);
            if (process < 0)
            {
                if (Marshal.GetLastPInvokeError() == LibC.Interrupted)
                {
                    continue;
                }

                break;
            }

            if (process != id)
            {
                continue;
            }

            if ((status & 0xff) == 0x7f)
            {
                Suspend((status >> 8) & 0xff);
                continue;
            }

            reaped = true;
            var signal = status & 0x7f;
            ReturnTerminal(restore: signal != 0);
            exited.TrySetResult(signal == 0 ? (status >> 8) & 0xff : 128 + signal);
        }

        allGone.TrySetResult();
    }

    /// <summary>Stops this program too when the command is stopped from its terminal, and continues the command when this program continues.</summary>
    private void Suspend(int signal)
    {
        if (terminal is null || (signal != LibC.SigTStp && signal != LibC.SigTtIn && signal != LibC.SigTtOu))
        {
            return;
        }

        using var continued = new ManualResetEventSlim();
        using var registration = PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => continued.Set());
        terminal.TakeBack();
        _ = LibC.Kill(0, LibC.SigStop);

        // This thread can run on for a moment before it is stopped, so wait for the signal.
        continued.Wait();
        if (terminal.IsOwn)
        {
            terminal.GiveTo(id);
        }

        _ = LibC.Kill(-id, LibC.SigCont);
    }

    private void ReturnTerminal(bool restore = true)
    {
        if (terminal is null)
        {
            return;
        }

        terminal.TakeBack();
        if (restore)
        {
            terminal.Restore();
        }
    }
}
