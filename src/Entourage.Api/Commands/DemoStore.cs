using Entourage.Infrastructure;

namespace Entourage.Api.Commands;

/// <summary>The SQLite store of a demo, in a folder that is deleted at the end.</summary>
internal sealed class DemoStore : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("entourage-demo-");

    /// <summary>The configuration that selects the store. It follows the operator's, so it takes precedence.</summary>
    private string[] Settings =>
    [
        $"--{DatabaseOptions.Section}:{nameof(DatabaseOptions.Provider)}={DatabaseProvider.Sqlite}",
        $"--ConnectionStrings:{DatabaseOptions.ConnectionStringName}=Data Source={Path.Combine(folder.FullName, "entourage.db")}",
    ];

    /// <summary>The command line that fills the store.</summary>
    public CommandLine Seed(CommandLine commandLine) => Serve(commandLine) with { Command = ServerCommands.SeedDemo, IsDemo = false };

    /// <summary>The command line that serves the store.</summary>
    public CommandLine Serve(CommandLine commandLine) => commandLine with { Settings = [.. commandLine.Settings, .. Settings] };

    public void Dispose()
    {
        try
        {
            folder.Delete(recursive: true);
        }
        catch (IOException)
        {
            // It is a temporary folder, which the system deletes in time.
        }
    }
}
