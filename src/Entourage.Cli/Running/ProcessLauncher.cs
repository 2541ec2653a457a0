using System.Runtime.InteropServices;

namespace Entourage.Cli.Running;

/// <summary>Starts a process as the leader of a new process group.</summary>
internal static class ProcessLauncher
{
    // The framework ignores SIGPIPE, and a new program would inherit that.
    private const int RestoredSignal = LibC.SigPipe;

    /// <summary>Starts a command and returns its process id, which is also its group id.</summary>
    /// <exception cref="CommandException">The command cannot be started.</exception>
    public static unsafe int Start(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment)
    {
        var attributes = NativeMemory.AllocZeroed(LibC.Opaque);
        var signals = NativeMemory.AllocZeroed(LibC.Opaque);
        var arguments = AllocateTexts(command);
        var variables = AllocateTexts([.. environment.Select(variable => $"{variable.Key}={variable.Value}")]);
        try
        {
            Check(LibC.InitialiseAttributes(attributes));
            Check(LibC.SetFlags(attributes, LibC.SpawnSetGroup | LibC.SpawnDefaultSignals | LibC.SpawnSignalMask));
            Check(LibC.SetGroup(attributes, 0));
            Check(LibC.EmptySignals(signals));
            Check(LibC.SetSignalMask(attributes, signals));
            Check(LibC.AddSignal(signals, RestoredSignal));
            Check(LibC.SetDefaultSignals(attributes, signals));
            var error = LibC.Spawn(out var process, arguments[0], null, attributes, arguments, variables);
            _ = LibC.DestroyAttributes(attributes);
            return error == 0
                ? process
                : throw new CommandException(
                    $"{command[0]}: {Marshal.GetPInvokeErrorMessage(error)}", error == LibC.NoSuchFile ? ExitCodes.NotFound : ExitCodes.NotExecutable);
        }
        finally
        {
            Free(variables);
            Free(arguments);
            NativeMemory.Free(signals);
            NativeMemory.Free(attributes);
        }
    }

    private static void Check(int error)
    {
        if (error != 0)
        {
            throw new CommandException("The command's process cannot be prepared.", ExitCodes.Failed);
        }
    }

    private static unsafe byte** AllocateTexts(IReadOnlyList<string> texts)
    {
        var list = (byte**)NativeMemory.AllocZeroed((nuint)(texts.Count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < texts.Count; i++)
        {
            list[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        }

        return list;
    }

    private static unsafe void Free(byte** list)
    {
        for (var text = list; *text is not null; text++)
        {
            Marshal.FreeCoTaskMem((nint)(*text));
        }

        NativeMemory.Free(list);
    }
}
