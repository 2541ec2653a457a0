using Microsoft.Win32.SafeHandles;

namespace Entourage.Cli.Running;

/// <summary>The terminal that a command is run from, which one process group at a time may read from.</summary>
internal sealed class Terminal : IDisposable
{
    private const int AfterOutput = 1;

    private readonly SafeFileHandle handle;
    private readonly byte[] modes = new byte[LibC.Opaque];
    private readonly bool hasModes;

    private unsafe Terminal(SafeFileHandle handle)
    {
        this.handle = handle;
        fixed (byte* buffer = modes)
        {
            hasModes = LibC.GetModes(handle, buffer) == 0;
        }
    }

    /// <summary>The terminal, if this program is in its foreground; null where there is none, or others have it.</summary>
    public static Terminal? Find()
    {
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle("/dev/tty", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        if (LibC.ForegroundOf(handle) != LibC.OwnGroup())
        {
            handle.Dispose();
            return null;
        }

        return new(handle);
    }

    /// <summary>Lets a process group have it.</summary>
    public void GiveTo(int group) => LibC.WithoutStop(() => _ = LibC.SetForeground(handle, group));

    /// <summary>Takes it back.</summary>
    public void TakeBack() => GiveTo(LibC.OwnGroup());

    /// <summary>Whether this program has it.</summary>
    public bool IsOwn => LibC.ForegroundOf(handle) == LibC.OwnGroup();

    /// <summary>Sets it as it was at first: a program that was ended may have left it without echo.</summary>
    public void Restore()
    {
        if (hasModes)
        {
            LibC.WithoutStop(SetModes);
        }
    }

    public void Dispose() => handle.Dispose();

    private unsafe void SetModes()
    {
        fixed (byte* buffer = modes)
        {
            _ = LibC.SetModes(handle, AfterOutput, buffer);
        }
    }
}
