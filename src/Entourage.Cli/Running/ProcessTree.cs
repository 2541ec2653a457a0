using System.Globalization;
using System.Text;

namespace Entourage.Cli.Running;

/// <summary>Reads the descendants of this process from <c>/proc</c>, on Linux only.</summary>
internal static class ProcessTree
{
    private const string Root = "/proc";

    /// <summary>Returns all descendants of this process.</summary>
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

    // "7 (a name) S 1 ...": the name can contain brackets and spaces, so search from the end.
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
            // The process has ended in the meantime.
            return null;
        }
    }
}
