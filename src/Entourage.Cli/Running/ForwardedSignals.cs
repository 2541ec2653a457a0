using System.Runtime.InteropServices;

namespace Entourage.Cli.Running;

/// <summary>Forwards signals from this program to the command.</summary>
internal sealed class ForwardedSignals : IDisposable
{
    private static readonly (PosixSignal Signal, int Number)[] Forwarded =
    [
        (PosixSignal.SIGHUP, LibC.SigHup),
        (PosixSignal.SIGINT, LibC.SigInt),
        (PosixSignal.SIGQUIT, LibC.SigQuit),
        (PosixSignal.SIGTERM, LibC.SigTerm),
    ];

    private readonly List<PosixSignalRegistration> registrations = [];
    private readonly Lock gate = new();
    private readonly List<int> pending = [];
    private IChild? child;

    /// <summary>Starts to catch the signals, so that they no longer end this program.</summary>
    public ForwardedSignals()
    {
        foreach (var (signal, number) in Forwarded)
        {
            registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                Forward(number);
            }));
        }
    }

    /// <summary>Forwards signals to a child, starting with those that have already arrived.</summary>
    public void SendTo(IChild to)
    {
        lock (gate)
        {
            child = to;
            pending.ForEach(to.Signal);
        }
    }

    public void Dispose() => registrations.ForEach(registration => registration.Dispose());

    private void Forward(int signal)
    {
        lock (gate)
        {
            if (child is null)
            {
                pending.Add(signal);
            }
            else
            {
                child.Signal(signal);
            }
        }
    }
}
