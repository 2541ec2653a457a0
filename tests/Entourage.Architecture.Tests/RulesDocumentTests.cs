using System.Text.RegularExpressions;

namespace Entourage.Architecture.Tests;

/// <summary>docs/rules.md cites only tests, types, files and folders that exist, and the code cites only rules that docs/rules.md explains.</summary>
internal sealed partial class RulesDocumentTests
{
    private static readonly string Document = Repository.Read("docs/rules.md");

    private static readonly IReadOnlyList<string> CitedTests = [.. CitedTest.Matches(Document).Select(match => match.Groups[1].Value).Distinct()];

    // The names in the paragraphs about code. Members stand in brackets and are left out.
    private static readonly IReadOnlyList<string> CitedCode =
        [.. CodeParagraph.Matches(Document).SelectMany(match => CitedName.Matches(match.Value)).Select(match => match.Groups[1].Value).Distinct()];

    private static readonly IReadOnlyList<string> SourceFiles = [.. Repository.Files("src", ".cs")];

    [TestCaseSource(nameof(CitedTests))]
    public void Cited_test_exists(string name)
    {
        var (type, method) = (name[..name.IndexOf('.', StringComparison.Ordinal)], name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..]);
        Assert.That(
            Repository.Files("tests", ".cs").Where(path => Path.GetFileNameWithoutExtension(path) == type).Select(Repository.Read),
            Has.Some.Contains($" {method}("));
    }

    [TestCaseSource(nameof(CitedCode))]
    public void Cited_type_file_or_folder_exists(string name) => Assert.That(
        name.StartsWith("Entourage.", StringComparison.Ordinal)
            ? Repository.Exists($"src/{name}")
            : Repository.Types.Any(type => type.Name == name) || SourceFiles.Any(path => Path.GetFileNameWithoutExtension(path) == name));

    [Test]
    public void Every_rule_cites_a_test() => Assert.That(
        Document.Split("\n## Rule ").Skip(1).Where(section => !CitedTest.IsMatch(section)).Select(section => section.Split('\n')[0]),
        Is.Empty);

    [Test]
    public void Every_rule_cited_by_the_code_is_explained()
    {
        var explained = Heading.Matches(Document).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        var cited = Repository.Files("src", ".cs")
            .SelectMany(path => CitedRules.Matches(Repository.Read(path)))
            .SelectMany(match => Number.Matches(match.Value))
            .Select(match => match.Value);
        Assert.That(cited.Distinct(), Is.Not.Empty.And.SubsetOf(explained));
    }

    [GeneratedRegex(@"`(\w+Tests\.\w+)`")]
    private static partial Regex CitedTest { get; }

    [GeneratedRegex(@"\*\*Code\.\*\*.*?\n\n", RegexOptions.Singleline)]
    private static partial Regex CodeParagraph { get; }

    [GeneratedRegex(@"(?<!\()`([A-Z][\w./]*)`")]
    private static partial Regex CitedName { get; }

    [GeneratedRegex(@"^## Rule (\d+):", RegexOptions.Multiline)]
    private static partial Regex Heading { get; }

    [GeneratedRegex(@"\b[Rr]ules? \d+(, \d+)*( and \d+)?")]
    private static partial Regex CitedRules { get; }

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number { get; }
}
