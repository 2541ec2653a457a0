using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Entourage.Testing;

/// <summary>Records all log entries of a server with their structured state.</summary>
public sealed class LogRecorder : ILoggerProvider
{
    private readonly ConcurrentQueue<string> lines = new();

    /// <summary>
    /// Settings that log every category at every level, except the expression trees that EF compiles queries from, which are long and
    /// constant.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Talkative { get; } = new Dictionary<string, string>
    {
        ["Logging:LogLevel:Default"] = "Trace",
        ["Logging:LogLevel:Microsoft"] = "Trace",
        ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Trace",
        ["Logging:LogLevel:Microsoft.EntityFrameworkCore"] = "Trace",
        ["Logging:LogLevel:Microsoft.EntityFrameworkCore.Query"] = "Information",
    };

    /// <summary>The entries so far: level, category, message and state.</summary>
    public IReadOnlyCollection<string> Lines => lines;

    /// <summary>The entries that contain any of the texts.</summary>
    public IReadOnlyList<string> With(IReadOnlyCollection<string> texts) =>
        [.. lines.Where(line => texts.Any(text => line.Contains(text, StringComparison.OrdinalIgnoreCase))).Distinct()];

    /// <summary>Makes a server log to this recorder only.</summary>
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
