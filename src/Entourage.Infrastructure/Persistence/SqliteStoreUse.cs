namespace Entourage.Infrastructure.Persistence;

/// <summary>
/// Says that a process uses an SQLite store, or has it for itself. Any number may use it at once; none does while one restores it. It is
/// a lock of the operating system on a file beside the store, which ends with its process, however that ends. SQLite's own locks say
/// less: a server that is idle may hold none.
/// </summary>
internal sealed class SqliteStoreUse : IDisposable
{
    private readonly FileStream file;

    private SqliteStoreUse(FileStream file) => this.file = file;

    /// <summary>Uses a store beside others.</summary>
    /// <returns>Null where the folder takes no file: then nobody can restore anything there either.</returns>
    /// <exception cref="IOException">Somebody has it for themselves.</exception>
    public static SqliteStoreUse? Share(string store)
    {
        try
        {
            return Open(store, FileShare.Read);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (IOException) when (!File.Exists(FileOf(store)))
        {
            return null;
        }
        catch (IOException exception)
        {
            throw new IOException($"The store {store} is being restored.", exception);
        }
    }

    /// <summary>Takes a store for oneself; null when somebody uses it.</summary>
    public static SqliteStoreUse? TakeAlone(string store)
    {
        try
        {
            return Open(store, FileShare.None);
        }
        catch (IOException) when (File.Exists(FileOf(store)))
        {
            return null;
        }
    }

    public void Dispose() => file.Dispose();

    private static SqliteStoreUse Open(string store, FileShare share) => new(OwnerOnlyFiles.Open(FileOf(store), FileMode.OpenOrCreate, FileAccess.Read, share));

    /// <summary>The file that the lock is on.</summary>
    public static string FileOf(string store) => store + ".in-use";
}
