using System.Reflection;
using Microsoft.Extensions.Logging;

namespace Entourage.Architecture.Tests;

/// <summary>Messages that an operator must act on have a number and an entry in the operations guide.</summary>
internal sealed class LogTests
{
    private static readonly IReadOnlyList<(string Method, LoggerMessageAttribute Message)> Messages =
    [
        .. from type in Repository.Types
           from method in type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly)
           let message = method.GetCustomAttribute<LoggerMessageAttribute>()
           where message is not null
           select ($"{type.Name}.{method.Name}", message),
    ];

    [Test]
    public void Log_event_numbers_are_unique()
    {
        Assert.That(Messages, Has.Count.GreaterThan(10));
        Assert.That(Messages.Where(entry => entry.Message.EventId <= 0).Select(entry => entry.Method), Is.Empty);
        Assert.That(Messages.Select(entry => entry.Message.EventId), Is.Unique);
    }

    [Test]
    public void Every_warning_is_in_the_operations_guide()
    {
        var guide = Repository.Read("docs/operations.md");
        Assert.That(
            Messages.Where(entry => entry.Message.Level >= LogLevel.Warning && !guide.Contains($"| {entry.Message.EventId} |", StringComparison.Ordinal))
                .Select(entry => entry.Method),
            Is.Empty);
    }
}
