namespace Entourage.Infrastructure.Persistence;

/// <summary>
/// A shared or exclusive lock on the use of an SQLite store. Any number of processes share it, and a restore takes it exclusively. It locks a
/// file beside the store, and the operating system releases the lock when the process ends. SQLite's own locks are not enough, because
/// an idle server may hold none.
/// </summary>
internal sealed class SqliteStoreUse : IDisposable
{
    private readonly FileStream file;

    private SqliteStoreUse(FileStream file) => this.file = file;

    /// <summary>Takes the shared lock.</summary>
    /// <returns>Null if the folder is not writable. Then no process can restore the store either.</returns>
    /// <exception cref="IOException">Another process has the exclusive lock.</exception>
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

    /// <summary>Takes the exclusive lock; null if another process uses the store.</summary>
    public static SqliteStoreUse? TakeExclusive(string store)
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

    /// <summary>Gets the path of the lock file of a store.</summary>
    public static string FileOf(string store) => store + ".in-use";
}
