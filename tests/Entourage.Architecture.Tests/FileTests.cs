using System.Text.RegularExpressions;

namespace Entourage.Architecture.Tests;

internal sealed partial class FileTests
{
    private const int LargestFile = 16 * 1_024;

    private static readonly string[] TextFiles =
        [".cs", ".csproj", ".props", ".targets", ".json", ".xml", ".md", ".html", ".css", ".js", ".cshtml", ".sh"];
    private static readonly string[] Folders = ["src", "tests"];

    // Split in two, or this file would contain the markers itself.
    private static readonly string[] Markers = ["TO" + "DO", "FIX" + "ME", "HA" + "CK", "XX" + "X"];
    private static readonly string Sleep = "Thread" + ".Sleep";
    private static readonly string Delay = "Task" + ".Delay(";
    private static readonly string SourcePath = "Caller" + "FilePath";

    [TestCaseSource(nameof(Folders))]
    public void Namespaces_are_folders(string folder) => Assert.That(
        Repository.Files(folder, ".cs")
            .Select(path => (Path: path, Namespace: Namespace.Match(Repository.Read(path)).Groups[1].Value))
            // A file without a namespace is the program itself or has attributes of the assembly.
            .Where(file => file.Namespace.Length > 0)
            .Where(file => file.Namespace != string.Join('.', file.Path.Split('/')[1..^1]))
            .Select(file => $"{file.Path}: {file.Namespace}"),
        Is.Empty);

    [Test]
    public void Only_the_program_has_no_namespace() => Assert.That(
        Repository.Files("src", ".cs").Where(path => !Namespace.IsMatch(Repository.Read(path))),
        Is.SubsetOf(new[] { "src/Entourage.Api/Program.cs" }));

    [TestCaseSource(nameof(Folders))]
    public void Files_are_at_most_16_KiB(string folder) => Assert.That(
        Repository.Files(folder, ".cs")
            .Where(path => !Repository.IsMigration(path))
            .Where(path => new FileInfo(Path.Combine(Repository.Root, path)).Length > LargestFile),
        Is.Empty);

    [TestCaseSource(nameof(Folders))]
    public void Files_have_no_todo_markers(string folder)
    {
        // Upper case only, because the lower-case word is a task status.
        var marker = new Regex($@"\b({string.Join('|', Markers)})\b");
        Assert.That(Repository.Files(folder, TextFiles).Where(path => marker.IsMatch(Repository.Read(path))), Is.Empty);
    }

    [TestCaseSource(nameof(Folders))]
    public void Code_does_not_sleep(string folder) => Assert.That(
        Repository.Files(folder, ".cs").Where(path => Repository.Read(path).Contains(Sleep, StringComparison.Ordinal)),
        Is.Empty);

    // Reproducible builds, such as those with CI=true, replace the path with one that does not exist.
    [TestCaseSource(nameof(Folders))]
    public void Code_does_not_use_the_path_it_was_compiled_from(string folder) => Assert.That(
        Repository.Files(folder, ".cs").Where(path => Repository.Read(path).Contains(SourcePath, StringComparison.Ordinal)),
        Is.Empty);

    [TestCaseSource(nameof(Folders))]
    public void Waits_use_the_given_clock(string folder) => Assert.That(
        Repository.Files(folder, ".cs").SelectMany(path => DelaysIn(Repository.Read(path))
            .Where(arguments => !IsTimed(arguments))
            .Select(arguments => $"{path}: {arguments}")),
        Is.Empty);

    [TestCase("(TimeSpan.FromSeconds(1), time)", true)]
    [TestCase("(RetryAfter(1, 2), TimeProvider.System, cancellationToken)", true)]
    [TestCase("(1_000)", false)]
    [TestCase("(TimeSpan.FromSeconds(Math.Min(1, time)), cancellationToken)", false)]
    public void Wait_without_a_clock_is_detected(string call, bool timed)
    {
        var arguments = DelaysIn($"await {Delay}{call[1..]};").Single();
        Assert.That(IsTimed(arguments), Is.EqualTo(timed));
    }

    private static bool IsTimed(IReadOnlyList<string> arguments) => arguments.Count > 1 && Clock.IsMatch(arguments[1]);

    private static IEnumerable<Arguments> DelaysIn(string text)
    {
        for (var at = text.IndexOf(Delay, StringComparison.Ordinal); at >= 0; at = text.IndexOf(Delay, at + 1, StringComparison.Ordinal))
        {
            yield return Arguments.From(text, at + Delay.Length);
        }
    }

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace { get; }

    // Matched by name because a text has no types. A cancellation token is not a clock.
    [GeneratedRegex("(?i)(time|clock)(provider)?([.]system)?$")]
    private static partial Regex Clock { get; }

    /// <summary>The arguments of a call, as written.</summary>
    private sealed class Arguments : List<string>
    {
        public static Arguments From(string text, int start)
        {
            var arguments = new Arguments();
            var depth = 1;
            var from = start;
            for (var i = start; depth > 0 && i < text.Length; i++)
            {
                depth += text[i] switch { '(' or '[' or '{' => 1, ')' or ']' or '}' => -1, _ => 0 };
                if (depth == 0 || (depth == 1 && text[i] == ','))
                {
                    arguments.Add(text[from..i].Trim());
                    from = i + 1;
                }
            }

            return arguments;
        }

        public override string ToString() => string.Join(", ", this);
    }
}
