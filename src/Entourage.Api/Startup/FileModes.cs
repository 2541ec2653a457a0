using System.Runtime.InteropServices;

namespace Entourage.Api.Startup;

/// <summary>Keeps whatever this process writes from other users of the machine.</summary>
internal static partial class FileModes
{
    private const uint GroupAndOthers = 0b000_111_111;

    /// <summary>
    /// Sets the file mode creation mask of the process, so that files are made with 0600 and folders with 0700, whatever the environment says:
    /// also those that SQLite and the framework make. Windows has none.
    /// </summary>
    public static void KeepToOwner()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SetMask(GroupAndOthers);
        }
    }

    [LibraryImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial uint SetMask(uint mask);
}
