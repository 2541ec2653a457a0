namespace Entourage.Infrastructure.Persistence;

/// <summary>
/// Creates files and folders that only their owner can read, because the store holds webhook secrets and spending. Windows has no file
/// modes, so there the folder's access list decides.
/// </summary>
internal static class OwnerOnlyFiles
{
    private const UnixFileMode ReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = (UnixFileMode)0b000_111_111;

    /// <summary>Creates a folder and its parents. An existing folder keeps its mode.</summary>
    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        if (!Directory.Exists(path))
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } parent)
            {
                CreateDirectory(parent);
            }

            Directory.CreateDirectory(path, ReadWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Creates an empty file.</summary>
    /// <exception cref="IOException">The file exists.</exception>
    public static void CreateFile(string path) => Open(path, FileMode.CreateNew, FileAccess.Write, FileShare.None).Dispose();

    /// <summary>Opens a file. If it creates the file, only the owner can access it.</summary>
    public static FileStream Open(string path, FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = ReadWrite;
        }

        return new(path, options);
    }

    /// <summary>Removes the permissions of all other users from a file, if it exists.</summary>
    /// <returns>False if another user owns the file, so that this process cannot change it.</returns>
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
