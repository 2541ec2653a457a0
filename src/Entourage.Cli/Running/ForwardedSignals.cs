using System.Runtime.InteropServices;

namespace Entourage.Cli.Running;

/// <summary>Signals to this program that are meant for the command it runs.</summary>
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
    private readonly Lock turn = new();
    private readonly List<int> early = [];
    private IChild? child;

    /// <summary>From now on they do not end this program.</summary>
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

    /// <summary>Lets a child have them, also those that have come already.</summary>
    public void SendTo(IChild to)
    {
        lock (turn)
        {
            child = to;
            early.ForEach(to.Signal);
        }
    }

    public void Dispose() => registrations.ForEach(registration => registration.Dispose());

    private void Forward(int signal)
    {
        lock (turn)
        {
            if (child is null)
            {
                early.Add(signal);
            }
            else
            {
                child.Signal(signal);
            }
        }
    }
}
