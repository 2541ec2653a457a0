using Entourage.Client.Setup;
using Entourage.Testing;

namespace Entourage.Client.Tests.Setup;

/// <summary>The settings that connect a program to an agent.</summary>
internal sealed class ClientSetupTests
{
    private static readonly IEnumerable<string> Names = ClientSetup.All.Select(setup => setup.Name).Except(["curl", "dotnet"]);

    [TestCaseSource(nameof(Names))]
    public void Settings_agree_with_the_guide(string name)
    {
        var setup = ClientSetup.Find(name)!;
        var guide = File.ReadAllText(PathOf(setup.Guide)).Replace(" ", "", StringComparison.Ordinal);
        string?[] keys = [SetupTarget.MissingKey, setup.Upstream is null ? null : SetupTarget.MissingKey];
        foreach (var key in keys)
        {
            var steps = setup.Steps(new("http://localhost:8000", "{agent_id}", key));
            var lines = steps.SelectMany(step => step.Text.Split('\n'))
                .Select(line => line.Replace("export ", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).TrimEnd(','));
            Assert.Multiple(() =>
            {
                foreach (var line in lines)
                {
                    Assert.That(guide, Does.Contain(line));
                }
            });
        }
    }

    [TestCase("Acme", "acme")]
    [TestCase("  Zoë & Söhne GmbH ", "zoe-sohne-gmbh")]
    [TestCase("R&D (2)", "r-d-2")]
    public void A_slug_is_derived_from_a_name(string name, string slug) => Assert.That(Slug.From(name, "team"), Is.EqualTo(slug));

    [TestCase("فريق")]
    [TestCase("🦊")]
    [TestCase("")]
    public void A_name_without_latin_letters_gets_a_random_slug(string name)
    {
        string[] slugs = [Slug.From(name, "team"), Slug.From(name, "team")];
        Assert.That(slugs, Is.Unique.And.All.Match("^team-[0-9a-f]{8}$"));
    }

    private static string PathOf(string guide) => Path.Combine(SourceTree.Root, "docs", "guides", guide);
}
