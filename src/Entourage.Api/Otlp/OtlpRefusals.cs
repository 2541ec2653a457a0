using System.Diagnostics.Metrics;
using Entourage.Api.Errors;
using Entourage.Application.Otlp;

namespace Entourage.Api.Otlp;

/// <summary>
/// Counts and logs exports that were refused, wholly or in part, or aborted by the client, because exporters drop most refused data and hardly
/// report it. Logs at most one line a minute for each signal and reason, with the number of exports since the last line.
/// </summary>
internal sealed partial class OtlpRefusals
{
    private const string Partial = "partial";
    private const string Aborted = "aborted";
    private const int MaxDetailLength = 500;

    private static readonly TimeSpan MinInterval = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly Dictionary<(string Signal, string Reason), LogThrottle> throttles = [];
    private readonly Counter<long> refusals;
    private readonly TimeProvider time;
    private readonly ILogger<OtlpRefusals> logger;

    public OtlpRefusals(IMeterFactory meters, TimeProvider time, ILogger<OtlpRefusals> logger)
    {
        (this.time, this.logger) = (time, logger);
        refusals = meters.Create("Entourage.Api").CreateCounter<long>(
            "entourage.otlp.refusals", "{export}", "Telemetry exports that were refused, wholly or in part, or aborted by the client.");
    }

    /// <summary>Counts the export if it was refused. Comes before all middleware that may refuse it.</summary>
    public Task ObserveAsync(HttpContext context, RequestDelegate next) =>
        SignalOf(context.Request) is { } signal ? ObserveAsync(signal, context, next) : next(context);

    // A fixed set of names and no text from the caller, because each becomes a metric series.
    private static string? SignalOf(HttpRequest request) => HttpMethods.IsPost(request.Method) ? request.Path.Value?.ToLowerInvariant() switch
    {
        "/v1/logs" => "logs",
        "/v1/traces" => "traces",
        "/v1/metrics" => "metrics",
        _ => null,
    }
    : null;

    private async Task ObserveAsync(string signal, HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Response.StatusCode >= StatusCodes.Status400BadRequest)
        {
            Count(signal, ReasonOf(context.Response.StatusCode), context.Features.Get<Problem>()?.Detail);
        }
        else if (context.Features.Get<IngestOutcome>() is { Refused: > 0 } outcome)
        {
            Count(signal, Partial, outcome.Reasons);
        }
    }

    private static string ReasonOf(int status) => status switch
    {
        StatusCodes.Status400BadRequest or StatusCodes.Status422UnprocessableEntity => "malformed",
        StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden => "unauthorized",
        StatusCodes.Status408RequestTimeout => "too_slow",
        StatusCodes.Status413PayloadTooLarge => "too_large",
        StatusCodes.Status429TooManyRequests => "rate_limited",
        StatusCodes.Status499ClientClosedRequest => Aborted,
        StatusCodes.Status503ServiceUnavailable => "busy",
        >= StatusCodes.Status500InternalServerError => "failed",
        _ => "unsupported",
    };

    private void Count(string signal, string reason, string? detail)
    {
        refusals.Add(1, KeyValuePair.Create("signal", (object?)signal), KeyValuePair.Create("reason", (object?)reason));
        int since;
        lock (gate)
        {
            if (!throttles.TryGetValue((signal, reason), out var throttle))
            {
                throttles[(signal, reason)] = throttle = new();
            }

            since = throttle.Count(time.GetUtcNow());
        }

        if (since > 0)
        {
            LogRefused(logger, since, signal, reason, reason == Aborted ? "The client disconnected before the end of the body." : LineOf(detail));
        }
    }

    // Removes control characters: text from the client must not look like further log lines.
    private static string LineOf(string? detail) =>
        string.Create(Math.Min(detail?.Length ?? 0, MaxDetailLength), detail, static (line, detail) =>
        {
            for (var i = 0; i < line.Length; i++)
            {
                line[i] = char.IsControl(detail![i]) ? ' ' : detail[i];
            }
        });

    [LoggerMessage(
        1007, LogLevel.Warning, "Telemetry was not fully accepted. Exports of {Signal} since the last such line: {Count}. Reason: {Reason}. Last answer: {Detail}")]
    private static partial void LogRefused(ILogger logger, int count, string signal, string reason, string detail);

    /// <summary>Counts exports since the last line in the log.</summary>
    private sealed class LogThrottle
    {
        private DateTimeOffset? lastLine;
        private int count;

        /// <summary>Counts an export.</summary>
        /// <returns>How many to log now; 0 if it is too early for a line.</returns>
        public int Count(DateTimeOffset now)
        {
            count++;
            if (now - lastLine < MinInterval)
            {
                return 0;
            }

            var since = count;
            (lastLine, count) = (now, 0);
            return since;
        }
    }
}
