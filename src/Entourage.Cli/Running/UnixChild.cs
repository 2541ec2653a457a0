using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Entourage.Cli.Running;

/// <summary>
/// A command that leads a process group of its own and has the terminal while it runs. On Linux what it leaves behind becomes a child of
/// this program, so that nothing escapes by forking twice or by a group of its own; elsewhere its group is what is known of it.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class UnixChild : IChild
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(5);

    private readonly bool adopts;
    private readonly int id;
    private readonly Terminal? terminal;
    private readonly TaskCompletionSource<int> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
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

            // It may have been stopped for reading before it was allowed to.
            _ = LibC.Kill(-id, LibC.SigCont);
        }

        return new(adopts, id, terminal);
    }

    public void Signal(int signal)
    {
        // A group lives as long as its leader has not been waited for, and may be somebody else's after that.
        var reachesGroup = !reaped || !adopts;
        if (reachesGroup)
        {
            _ = LibC.Kill(-id, signal);
        }

        // Once for each: a program may take a second interrupt for an order to drop what it is doing.
        foreach (var process in Escaped().Where(process => !reachesGroup || LibC.GroupOf(process) != id))
        {
            _ = LibC.Kill(process, signal);
        }
    }

    public async Task EndAsync(TimeSpan grace)
    {
        Signal(LibC.SigTerm);

        // Who is stopped gets no signal before it goes on.
        Signal(LibC.SigCont);
        if (!await IsGoneAsync(grace))
        {
            await KillAsync();
        }

        await exited.Task;
        Part();
    }

    private async Task KillAsync()
    {
        do
        {
            // Stopped first, all of them: who forks faster than it is looked for would get away.
            var known = new HashSet<int>();
            for (var found = Escaped(); known.Count != found.Count || !found.All(known.Contains); found = Escaped())
            {
                known = [.. found];
                foreach (var process in known)
                {
                    _ = LibC.Kill(process, LibC.SigStop);
                }
            }

            Signal(LibC.SigKill);
        }
        while (!await IsGoneAsync(BetweenLooks));
    }

    private IReadOnlyList<int> Escaped() => adopts ? ProcessTree.Descendants() : [];

    /// <summary>Whether nothing is left, at the latest after a while.</summary>
    private async Task<bool> IsGoneAsync(TimeSpan patience)
    {
        if (adopts)
        {
            try
            {
                await gone.Task.WaitAsync(patience, TimeProvider.System);
                return true;
            }
            catch (TimeoutException)
            {
                return false;
            }
        }

        for (var start = TimeProvider.System.GetTimestamp(); LibC.Kill(-id, 0) == 0; await Task.Delay(BetweenLooks, TimeProvider.System))
        {
            if (TimeProvider.System.GetElapsedTime(start) >= patience)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Waits for every child there is and will be, the adopted ones too, until there are none.</summary>
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
            Part(restore: signal != 0);
            exited.TrySetResult(signal == 0 ? (status >> 8) & 0xff : 128 + signal);
        }

        gone.TrySetResult();
    }

    /// <summary>The command was stopped from its terminal: so is whatever waits for it, until somebody lets it go on.</summary>
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

        // This thread may get some way before it is stopped, and must not go on until somebody says so.
        continued.Wait();
        if (terminal.IsOwn)
        {
            terminal.GiveTo(id);
        }

        _ = LibC.Kill(-id, LibC.SigCont);
    }

    private void Part(bool restore = true)
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
