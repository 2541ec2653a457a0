using Microsoft.Data.Sqlite;

namespace Entourage.Bench.Servers;

/// <summary>A SQLite file in the temporary folder.</summary>
internal sealed class TemporaryDatabase : IDatabase, IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("entourage-bench-");

    /// <inheritdoc/>
    public string Provider => "Sqlite";

    /// <inheritdoc/>
    public string ConnectionString => $"Data Source={File}";

    /// <summary>The path for backups.</summary>
    public string BackupFile => File + ".backup";

    /// <summary>The size of the write-ahead log in bytes.</summary>
    public long LogSize => new FileInfo(File + "-wal").Length;

    private string File => Path.Combine(folder.FullName, "entourage.db");

    /// <summary>Checkpoints the write-ahead log and returns the file's size in bytes. No server may have it open.</summary>
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
