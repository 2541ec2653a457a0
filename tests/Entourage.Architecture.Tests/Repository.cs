using System.Reflection;
using Entourage.Application.Abstractions;
using Entourage.Client;
using Entourage.Dashboard.Pages;
using Entourage.Domain;
using Entourage.Gateway;
using Entourage.Infrastructure;

namespace Entourage.Architecture.Tests;

/// <summary>The files of the repository and its assemblies.</summary>
internal static class Repository
{
    public static readonly string Root = FindRoot();

    public static readonly Assembly Domain = typeof(Money).Assembly;
    public static readonly Assembly Application = typeof(IEntourageDb).Assembly;
    public static readonly Assembly Infrastructure = typeof(DatabaseOptions).Assembly;
    public static readonly Assembly Api = typeof(Program).Assembly;
    public static readonly Assembly Dashboard = typeof(SignInRefusal).Assembly;
    public static readonly Assembly Gateway = typeof(GatewaySetup).Assembly;
    public static readonly Assembly Client = typeof(EntourageClient).Assembly;
    public static readonly Assembly Cli = Assembly.Load("Entourage.Cli");

    /// <summary>The types from source code, without compiler-generated ones.</summary>
    public static readonly IReadOnlyList<Type> Types = [.. new[] { Domain, Application, Infrastructure, Api, Gateway, Client, Cli }
        .SelectMany(assembly => assembly.GetTypes())
        .Where(type => type.Namespace?.StartsWith("Entourage.", StringComparison.Ordinal) == true)
        .Where(type => !type.Namespace!.Contains(".Migrations.", StringComparison.Ordinal))
        .Where(type => !type.FullName!.Contains('<', StringComparison.Ordinal))];

    /// <summary>The text files below a folder, as paths relative to the root.</summary>
    public static IEnumerable<string> Files(string folder, params string[] extensions) => Directory
        .EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
        .Where(path => extensions.Contains(Path.GetExtension(path)))
        .Where(path => !path.Split('/').Any(part => part is "bin" or "obj" or "node_modules"));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static bool Exists(string path) => Path.Exists(Path.Combine(Root, path));

    public static bool IsMigration(string path) => path.Contains("/Persistence/Migrations/", StringComparison.Ordinal);

    public static bool Implements(this Type type, Type contract) => type.GetInterfaces()
        .Any(candidate => candidate == contract || (candidate.IsGenericType && candidate.GetGenericTypeDefinition() == contract));

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
