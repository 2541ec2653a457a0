using System.Globalization;
using System.Text;

namespace Entourage.Cli.Running;

/// <summary>The processes below this one, as the kernel lists them. Only Linux lists them as files.</summary>
internal static class ProcessTree
{
    private const string Root = "/proc";

    /// <summary>All that this process started, and all that those started.</summary>
    public static IReadOnlyList<int> Descendants()
    {
        var children = Read().ToLookup(process => process.Parent, process => process.Id);
        var found = new List<int>();
        for (IReadOnlyList<int> next = [.. children[Environment.ProcessId]]; next.Count > 0; next = [.. next.SelectMany(id => children[id])])
        {
            found.AddRange(next);
        }

        return found;
    }

    private static IEnumerable<(int Id, int Parent)> Read()
    {
        if (!OperatingSystem.IsLinux())
        {
            yield break;
        }

        foreach (var folder in Directory.EnumerateDirectories(Root))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && ParentOf(id) is { } parent)
            {
                yield return (id, parent);
            }
        }
    }

    // "7 (a name) S 1 ...": the name may hold anything, also brackets and blanks, so what follows it is found from the end.
    private static int? ParentOf(int id)
    {
        try
        {
            var line = File.ReadAllText($"{Root}/{id.ToString(CultureInfo.InvariantCulture)}/stat", Encoding.Latin1);
            var fields = line[(line.LastIndexOf(')') + 2)..].Split(' ', 3);
            return int.Parse(fields[1], CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile.
            return null;
        }
    }
}
