using System.Runtime.InteropServices;

namespace Entourage.Cli.Running;

/// <summary>Starts a process that leads a group of its own.</summary>
internal static class ProcessLauncher
{
    // The framework ignores it, and ignored signals outlive the start of another program.
    private const int Restored = LibC.SigPipe;

    /// <summary>Starts it; its number is also that of its group.</summary>
    /// <exception cref="CommandException">It cannot be started.</exception>
    public static unsafe int Start(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment)
    {
        var attributes = NativeMemory.AllocZeroed(LibC.Opaque);
        var signals = NativeMemory.AllocZeroed(LibC.Opaque);
        var arguments = Texts(command);
        var variables = Texts([.. environment.Select(variable => $"{variable.Key}={variable.Value}")]);
        try
        {
            Check(LibC.InitialiseAttributes(attributes));
            Check(LibC.SetFlags(attributes, LibC.SpawnSetGroup | LibC.SpawnDefaultSignals | LibC.SpawnSignalMask));
            Check(LibC.SetGroup(attributes, 0));
            Check(LibC.EmptySignals(signals));
            Check(LibC.SetSignalMask(attributes, signals));
            Check(LibC.AddSignal(signals, Restored));
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

    private static unsafe byte** Texts(IReadOnlyList<string> texts)
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
