using System.Reflection;
using System.Xml.Linq;
using ArchUnitNET.Fluent.Syntax.Elements.Types;
using ArchUnitNET.Loader;
using ArchUnitNET.NUnit;

using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace Entourage.Architecture.Tests;

/// <summary>Dependencies point inward, and only composition depends on the store.</summary>
internal sealed class LayerTests
{
    private static readonly ArchUnitNET.Domain.Architecture Source = new ArchLoader()
        .LoadAssemblies(Repository.Domain, Repository.Application, Repository.Infrastructure, Repository.Api, Repository.Dashboard, Repository.Gateway)
        .Build();

    // Types of other assemblies are known only by name.
    private static GivenTypesConjunction Named(string pattern) => Types(includeReferenced: true).That().HaveFullNameMatching(pattern);

    [Test]
    public void Domain_references_only_the_runtime() =>
        Assert.That(ReferencesOf(Repository.Domain), Is.All.StartsWith("System."));

    [Test]
    public void Domain_references_no_package_and_no_project()
    {
        var project = XDocument.Parse(Repository.Read("src/Entourage.Domain/Entourage.Domain.csproj"));
        Assert.That(project.Descendants("ItemGroup").Elements().Where(element => element.Name != "EmbeddedResource" && element.Name != "InternalsVisibleTo"), Is.Empty);
    }

    [Test]
    public void Application_references_no_provider_and_no_web_framework() => Assert.That(
        ReferencesOf(Repository.Application).Where(name => !name.StartsWith("System.", StringComparison.Ordinal)),
        Is.SubsetOf(new[]
        {
            "AutoMapper",
            "Entourage.Domain",
            "FluentValidation",
            "FluentValidation.DependencyInjectionExtensions",
            "MediatR",
            "Microsoft.EntityFrameworkCore",
            "Microsoft.EntityFrameworkCore.Abstractions",
            "Microsoft.Extensions.DependencyInjection.Abstractions",
            "Microsoft.Extensions.Logging.Abstractions",
        }));

    [Test]
    public void Infrastructure_references_no_web_framework() => Assert.That(
        ReferencesOf(Repository.Infrastructure),
        Is.All.Not.StartsWith("Microsoft.AspNetCore").And.All.Not.EqualTo("Entourage.Api"));

    [TestCase("Entourage.Dashboard")]
    [TestCase("Entourage.Gateway")]
    public void Project_beside_the_api_references_only_the_use_cases(string name) => Assert.That(
        XDocument.Parse(Repository.Read($"src/{name}/{name}.csproj")).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)),
        Is.EqualTo(new[] { "Entourage.Application" }));

    [TestCase("Entourage.Dashboard")]
    [TestCase("Entourage.Gateway")]
    public void Project_beside_the_api_does_not_depend_on_the_store(string name) => Types().That().ResideInNamespaceMatching($@"^{name}")
        .Should().NotDependOnAny(Named(@"^(Entourage\.(Infrastructure|Api)|Microsoft\.EntityFrameworkCore|Microsoft\.Data)\."))
        .AndShould().NotDependOnAny(Named(@"^Entourage\.Application\.(Abstractions\.IEntourageDb|Ledger\.IBudgetLedger)$"))
        .Check(Source);

    [Test]
    public void Client_references_no_server_project() => Assert.That(
        ReferencesOf(Repository.Client), Is.All.Not.StartsWith("Entourage.").And.All.Not.StartsWith("Microsoft.AspNetCore"));

    [Test]
    public void Cli_references_only_the_client() => Assert.That(
        ReferencesOf(Repository.Cli).Where(name => name.StartsWith("Entourage.", StringComparison.Ordinal)), Is.EqualTo(new[] { "Entourage.Client" }));

    [TestCase("Entourage.Domain", @"^Entourage\.(Application|Infrastructure|Api)\.")]
    [TestCase("Entourage.Application", @"^(Entourage\.(Infrastructure|Api)|Microsoft\.(AspNetCore|Data)|Microsoft\.EntityFrameworkCore\.Sql)")]
    [TestCase("Entourage.Infrastructure", @"^(Entourage\.Api|Microsoft\.AspNetCore|MediatR|AutoMapper|FluentValidation)\.")]
    public void Dependencies_point_inward(string layer, string outward) => Types().That().ResideInAssemblyMatching($"^{layer},")
        .Should().NotDependOnAny(Named(outward))
        .Check(Source);

    [Test]
    public void Controllers_do_not_depend_on_the_store() => Types().That().ResideInNamespaceMatching(@"^Entourage\.Api\.Controllers")
        .Should().NotDependOnAny(Named(@"^(Entourage\.Infrastructure|Microsoft\.EntityFrameworkCore|Microsoft\.Data)\."))
        .AndShould().NotDependOnAny(Named(@"^Entourage\.Application\.(Abstractions\.IEntourageDb|Ledger\.IBudgetLedger)$"))
        .Check(Source);

    [Test]
    public void Only_composition_depends_on_the_store() => Types().That().ResideInNamespaceMatching(@"^Entourage\.Api\.")
        .And().DoNotResideInNamespaceMatching(@"^Entourage\.Api\.(Startup|Commands)$")
        .Should().NotDependOnAny(Named(@"^Entourage\.Infrastructure\."))
        .Check(Source);

    // Rules that cannot fail prove nothing. Composition depends on the store by name and by call, so these rules must fail.
    [TestCase(@"^Entourage\.Infrastructure\.")]
    [TestCase(@"^Microsoft\.EntityFrameworkCore\.EntityFrameworkQueryableExtensions$")]
    [TestCase(@"^Entourage\.Application\.Abstractions\.IEntourageDb$")]
    public void Rules_detect_that_composition_depends_on(string pattern) => Assert.That(
        Types().That().ResideInNamespaceMatching(@"^Entourage\.Api\.(Startup|Commands)$").Should().NotDependOnAny(Named(pattern)).HasNoViolations(Source),
        Is.False);

    // A rule must not match nothing either: types of other assemblies are found by name.
    [TestCase(@"^Microsoft\.EntityFrameworkCore\.")]
    [TestCase(@"^MediatR\.")]
    [TestCase(@"^Microsoft\.AspNetCore\.")]
    [TestCase(@"^Entourage\.Infrastructure\.")]
    public void Rules_find_the_types_of(string pattern) => Assert.That(Named(pattern).GetObjects(Source), Is.Not.Empty);

    private static IEnumerable<string> ReferencesOf(Assembly assembly) =>
        assembly.GetReferencedAssemblies().Select(reference => reference.Name!);
}
