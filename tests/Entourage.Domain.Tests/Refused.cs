using NUnit.Framework.Constraints;

namespace Entourage.Domain.Tests;

internal static class Refused
{
    public static IResolveConstraint With(string code, string? field = null) =>
        Throws.TypeOf<RuleViolationException>()
            .With.Property(nameof(RuleViolationException.Code)).EqualTo(code)
            .And.Property(nameof(RuleViolationException.Field)).EqualTo(field);
}
