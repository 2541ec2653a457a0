namespace Entourage.Testing;

/// <summary>The files of the repository that the tests were built from.</summary>
public static class SourceTree
{
    /// <summary>The folder of the repository.</summary>
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Entourage.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException($"No Entourage.sln above {AppContext.BaseDirectory}.");
        }

        return folder.FullName;
    }
}
