using Microsoft.Win32.SafeHandles;

namespace Entourage.Cli.Running;

/// <summary>The controlling terminal, from which only the foreground process group can read.</summary>
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

    /// <summary>Returns the terminal if this program is in its foreground, or null.</summary>
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

    /// <summary>Makes a process group the foreground group.</summary>
    public void GiveTo(int group) => LibC.WithoutStop(() => _ = LibC.SetForeground(handle, group));

    /// <summary>Makes this program's group the foreground group.</summary>
    public void TakeBack() => GiveTo(LibC.OwnGroup());

    /// <summary>Whether this program's group is the foreground group.</summary>
    public bool IsOwn => LibC.ForegroundOf(handle) == LibC.OwnGroup();

    /// <summary>Restores the original modes, because a program that was ended may have left the terminal without echo.</summary>
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
