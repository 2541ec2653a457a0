using Microsoft.Data.Sqlite;

namespace Entourage.Bench.Servers;

/// <summary>A SQLite file of its own, in the folder for temporary files.</summary>
internal sealed class TemporaryDatabase : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("entourage-bench-");

    /// <summary>How the server opens it.</summary>
    public string ConnectionString => $"Data Source={File}";

    /// <summary>Where a backup of it goes.</summary>
    public string BackupFile => File + ".backup";

    /// <summary>How large its write-ahead log has become, in bytes.</summary>
    public long LogSize => new FileInfo(File + "-wal").Length;

    private string File => Path.Combine(folder.FullName, "entourage.db");

    /// <summary>Its size in bytes, with nothing left in the log. No server may have it open.</summary>
    public long MeasureSize()
    {
        using (var connection = new SqliteConnection($"{ConnectionString};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            command.ExecuteNonQuery();
        }

        return new FileInfo(File).Length;
    }

    /// <inheritdoc/>
    public void Dispose() => folder.Delete(recursive: true);
}
