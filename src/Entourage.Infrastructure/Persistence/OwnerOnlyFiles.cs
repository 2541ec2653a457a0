namespace Entourage.Infrastructure.Persistence;

/// <summary>
/// Files and folders that their owner alone can read: the store holds the secrets of webhooks, and what teams spend. Windows has no such
/// modes; there the folder's access list decides.
/// </summary>
public static class OwnerOnlyFiles
{
    private const UnixFileMode ReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = (UnixFileMode)0b000_111_111;

    /// <summary>Makes a folder, and the ones above it, where they are missing. One that is there keeps its mode.</summary>
    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        if (!Directory.Exists(path))
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } above)
            {
                CreateDirectory(above);
            }

            Directory.CreateDirectory(path, ReadWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Makes an empty file.</summary>
    /// <exception cref="IOException">It is there already.</exception>
    public static void CreateFile(string path) => Open(path, FileMode.CreateNew, FileAccess.Write, FileShare.None).Dispose();

    /// <summary>Opens a file; one that it makes is the owner's alone.</summary>
    public static FileStream Open(string path, FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = ReadWrite;
        }

        return new(path, options);
    }

    /// <summary>Takes from everybody else what a file allows them, if it is there.</summary>
    /// <returns>False when the file is another user's, who alone can change that.</returns>
    public static bool Tighten(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return true;
        }

        try
        {
            var mode = File.GetUnixFileMode(path);
            if ((mode & Others) != 0)
            {
                File.SetUnixFileMode(path, mode & ~Others);
            }

            return true;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }
}
