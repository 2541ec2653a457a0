using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Architecture.Tests;

internal sealed partial class TypeTests
{
    [Test]
    public void Classes_are_sealed_unless_something_derives_from_them()
    {
        var bases = Repository.Types.Select(type => type.BaseType).OfType<Type>()
            .Select(type => type.IsGenericType ? type.GetGenericTypeDefinition() : type).ToHashSet();
        Assert.That(Repository.Types.Where(type => type is { IsClass: true, IsAbstract: false, IsSealed: false } && !bases.Contains(type)), Is.Empty);
    }

    [Test]
    public void Abstract_classes_have_a_derived_class()
    {
        var bases = Repository.Types.Select(type => type.BaseType).OfType<Type>()
            .Select(type => type.IsGenericType ? type.GetGenericTypeDefinition() : type).ToHashSet();
        Assert.That(Repository.Types.Where(type => type is { IsClass: true, IsAbstract: true, IsSealed: false } && !bases.Contains(type)), Is.Empty);
    }

    [Test]
    public void No_type_has_a_meaningless_name() =>
        Assert.That(Repository.Types.Select(type => type.FullName!.Split('`')[0]).Where(name => Empty.IsMatch(name)), Is.Empty);

    [TestCase("AgentDto")]
    [TestCase("AgentHelpers")]
    [TestCase("ControllerBase")]
    public void Meaningless_name_is_detected(string name) => Assert.That(Empty.IsMatch(name), Is.True);

    [TestCase("SqliteEntourageDbModelSnapshot")]
    [TestCase("ModelPrice")]
    public void Meaningful_name_is_accepted(string name) => Assert.That(Empty.IsMatch(name), Is.False);

    [Test]
    public void Ports_take_a_cancellation_token() => AssertCancellable(Repository.Application.GetTypes()
        .Where(type => type is { IsInterface: true, IsPublic: true, Namespace: "Entourage.Application.Abstractions" }));

    [Test]
    public void Actions_take_a_cancellation_token() => AssertCancellable(Repository.Api.GetTypes().Where(type => type.IsAssignableTo(typeof(ControllerBase))));

    private static void AssertCancellable(IEnumerable<Type> types)
    {
        var methods = types
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(method => method.ReturnType.IsAssignableTo(typeof(Task))
                || method.ReturnType.Name.StartsWith(nameof(ValueTask), StringComparison.Ordinal))
            .ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(methods, Is.Not.Empty);
            Assert.That(
                methods.Where(method => method.GetParameters() is not [.., { Name: "cancellationToken" } last]
                        || last.ParameterType != typeof(CancellationToken))
                    .Select(method => $"{method.DeclaringType}.{method.Name}"),
                Is.Empty);
        });
    }

    [GeneratedRegex("(Dto|Manager|Helper|Service|Util|Utility|Common|Base|Model)(s|ies)?$")]
    private static partial Regex Empty { get; }
}
