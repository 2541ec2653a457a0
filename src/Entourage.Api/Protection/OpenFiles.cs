using System.Runtime.InteropServices;

namespace Entourage.Api.Protection;

/// <summary>The files and connections that this process has open, and how many it may have.</summary>
internal static class OpenFiles
{
    private const int LinuxResource = 7;
    private const int BsdResource = 8;

    /// <summary>The current limit; null if there is none or the system does not tell.</summary>
    public static long? Limit
    {
        get
        {
            // The structure differs on 32-bit systems.
            if (OperatingSystem.IsWindows() || !Environment.Is64BitProcess)
            {
                return null;
            }

            return GetLimit(OperatingSystem.IsLinux() ? LinuxResource : BsdResource, out var limit) == 0 && limit.Current < int.MaxValue
                ? (long)limit.Current
                : null;
        }
    }

    /// <summary>The number of open files; 0 if the system does not tell.</summary>
    public static int Count
    {
        get
        {
            const string Descriptors = "/dev/fd";
            try
            {
                return Directory.Exists(Descriptors) ? Directory.GetFileSystemEntries(Descriptors).Length : 0;
            }
            catch (IOException)
            {
                return 0;
            }
        }
    }

    [DllImport("libc", EntryPoint = "getrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetLimit(int resource, out ResourceLimit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceLimit
    {
        public ulong Current;
        public ulong Max;
    }
}
