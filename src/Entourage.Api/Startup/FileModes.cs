using System.Runtime.InteropServices;

namespace Entourage.Api.Startup;

/// <summary>Protects files of this process from other users of the machine.</summary>
internal static partial class FileModes
{
    private const uint GroupAndOthers = 0b000_111_111;

    /// <summary>
    /// Sets the umask of the process, so that files get mode 0600 and folders 0700, including those that SQLite and the framework create.
    /// Does nothing on Windows.
    /// </summary>
    public static void RestrictToOwner()
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
