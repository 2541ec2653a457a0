using System.Text.RegularExpressions;

namespace Entourage.Architecture.Tests;

/// <summary>The links between the documents of the repository, and to its files, lead somewhere.</summary>
internal sealed partial class DocumentTests
{
    private static readonly IReadOnlyList<string> Documents =
        [.. Repository.Files("docs", ".md"), "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"];

    [TestCaseSource(nameof(Documents))]
    public void Every_link_leads_to_a_file_or_heading(string document) => Assert.That(
        Link.Matches(Repository.Read(document))
            .Select(match => (Path: match.Groups["path"].Value, Heading: match.Groups["heading"].Value))
            .Where(link => !IsValid(document, link.Path, link.Heading)),
        Is.Empty);

    private static bool IsValid(string document, string path, string heading)
    {
        var target = path.Length == 0 ? document : Path.Combine(Path.GetDirectoryName(document)!, path);
        return Repository.Exists(target)
            && (heading.Length == 0 || !target.EndsWith(".md", StringComparison.Ordinal) || HeadingsOf(Repository.Read(target)).Contains(heading));
    }

    // As GitHub makes anchors: lower case, without punctuation, blanks as hyphens.
    private static IEnumerable<string> HeadingsOf(string text) => Heading.Matches(text)
        .Select(match => Punctuation.Replace(match.Groups[1].Value.Trim(), "").Replace(' ', '-').ToLowerInvariant());

    [GeneratedRegex(@"\]\((?!https?:|mailto:)(?<path>[^)#\s]*)(#(?<heading>[^)\s]*))?\)")]
    private static partial Regex Link { get; }

    [GeneratedRegex(@"^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading { get; }

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Punctuation { get; }
}
