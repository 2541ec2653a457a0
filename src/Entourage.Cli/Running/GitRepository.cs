namespace Entourage.Cli.Running;

/// <summary>Reads a Git repository from its files, without starting Git.</summary>
/// <param name="folder">The top folder of the working tree.</param>
/// <param name="own">The folder with its HEAD.</param>
/// <param name="common">The folder with its configuration, which all working trees of a repository share.</param>
internal sealed class GitRepository(string folder, string own, string common)
{
    private const int MaxDepth = 64;
    private const int MaxBytes = 262_144;
    private const string BranchPrefix = "ref: refs/heads/";

    /// <summary>The name of the repository: the last part of its remote's address, or else of its folder. Never more of the address, which may have a password.</summary>
    public string Name
    {
        get
        {
            var config = Read(Path.Combine(common, "config"));
            var remote = Find(config, "remote \"origin\"", "url") ?? Find(config, "remote ", "url");
            var path = remote is null ? Path.GetFileName(common) == ".git" ? Path.GetDirectoryName(common)! : folder
                : !remote.Contains("://", StringComparison.Ordinal) ? remote
                : Uri.TryCreate(remote, UriKind.Absolute, out var address) ? Uri.UnescapeDataString(address.AbsolutePath) : "";
            path = path.TrimEnd('/', '\\');
            var name = path[(path.LastIndexOfAny(['/', '\\', ':']) + 1)..];
            if (name.Contains('@', StringComparison.Ordinal))
            {
                // A part of an odd address, perhaps with a password.
                return "";
            }

            return name.EndsWith(".git", StringComparison.OrdinalIgnoreCase) ? name[..^4] : name;
        }
    }

    /// <summary>The branch that is checked out, or null for a detached HEAD.</summary>
    public string? Branch => Read(Path.Combine(own, "HEAD")).Trim() is var head && head.StartsWith(BranchPrefix, StringComparison.Ordinal) ? head[BranchPrefix.Length..] : null;

    /// <summary>The name of the user, as commits have it, or null for none.</summary>
    public string? UserName => UserNameIn(Read(Path.Combine(common, "config"))) ?? UserNameOfHome;

    /// <summary>The name of the user in the configuration of the account, or null for none.</summary>
    public static string? UserNameOfHome
    {
        get
        {
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            var xdg = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } set ? set : Path.Combine(home, ".config");
            return UserNameIn(Read(Path.Combine(home, ".gitconfig"))) ?? UserNameIn(Read(Path.Combine(xdg, "git", "config")));
        }
    }

    /// <summary>Finds the repository that a folder is in, or null for none.</summary>
    public static GitRepository? Find(string start)
    {
        var folder = start;
        for (var depth = 0; folder is not null && depth < MaxDepth; depth++, folder = Path.GetDirectoryName(folder))
        {
            var git = Path.Combine(folder, ".git");
            if (Directory.Exists(git))
            {
                return new(folder, git, git);
            }

            // A further working tree or a submodule.
            if (Read(git) is { } link && link.StartsWith("gitdir:", StringComparison.Ordinal))
            {
                var own = Path.GetFullPath(link["gitdir:".Length..].Trim(), folder);
                var common = Read(Path.Combine(own, "commondir")).Trim();
                return new(folder, own, common.Length == 0 ? own : Path.TrimEndingDirectorySeparator(Path.GetFullPath(common, own)));
            }
        }

        return null;
    }

    private static string? UserNameIn(string config) => Find(config, "user", "name");

    /// <summary>Finds the first value of a key in the sections whose names begin with a text.</summary>
    private static string? Find(string config, string section, string key)
    {
        var isInside = false;
        foreach (var line in config.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.StartsWith('['))
            {
                isInside = line[1..].StartsWith(section, StringComparison.OrdinalIgnoreCase) && (section.EndsWith(' ') || (line.Length > section.Length + 1 && line[section.Length + 1] == ']'));
            }
            else if (isInside && line.Split('=', 2, StringSplitOptions.TrimEntries) is [var name, var value] && name.Equals(key, StringComparison.OrdinalIgnoreCase))
            {
                return value.Trim('"') is { Length: > 0 } text ? text : null;
            }
        }

        return null;
    }

    // Empty for a file that does not exist, cannot be read or is too long.
    private static string Read(string path)
    {
        try
        {
            return new FileInfo(path) is { Exists: true, Length: <= MaxBytes } ? File.ReadAllText(path) : "";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
