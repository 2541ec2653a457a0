using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Entourage.Testing;

/// <summary>Keeps all that a server logs, with what structured logs would have besides.</summary>
public sealed class LogRecorder : ILoggerProvider
{
    private readonly ConcurrentQueue<string> lines = new();

    /// <summary>
    /// Settings with which everybody logs everything, but for the trees that queries are compiled from: they are long, and the same whatever
    /// is asked.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Talkative { get; } = new Dictionary<string, string>
    {
        ["Logging:LogLevel:Default"] = "Trace",
        ["Logging:LogLevel:Microsoft"] = "Trace",
        ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Trace",
        ["Logging:LogLevel:Microsoft.EntityFrameworkCore"] = "Trace",
        ["Logging:LogLevel:Microsoft.EntityFrameworkCore.Query"] = "Information",
    };

    /// <summary>What was logged so far: the level, the category, the message and what belongs to it.</summary>
    public IReadOnlyCollection<string> Lines => lines;

    /// <summary>The lines that have any of some texts in them.</summary>
    public IReadOnlyList<string> With(IReadOnlyCollection<string> texts) =>
        [.. lines.Where(line => texts.Any(text => line.Contains(text, StringComparison.OrdinalIgnoreCase))).Distinct()];

    /// <summary>Has a server log to it alone.</summary>
    public void AddTo(IServiceCollection services) =>
        services.AddLogging(logging => logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(this));

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private sealed class Logger(LogRecorder recorder, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            recorder.lines.Enqueue($"scope {Text(state)}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            recorder.lines.Enqueue($"{logLevel} {category}: {formatter(state, exception)} {Text(state)} {exception}");

        private static string Text<TState>(TState state) =>
            state is IEnumerable<KeyValuePair<string, object?>> values ? string.Join(", ", values) : $"{state}";
    }
}
