using System.Diagnostics.Metrics;
using Entourage.Api.Errors;
using Entourage.Application.Otlp;

namespace Entourage.Api.Otlp;

/// <summary>
/// Counts and logs the exports that are refused, in part or whole, or broken off by their client: exporters drop most of what is refused, and
/// say so where nobody looks. Each signal and reason has a line in the log at most once a minute, with the number of exports since the last one.
/// </summary>
internal sealed partial class OtlpRefusals
{
    private const string Partial = "partial";
    private const string Aborted = "aborted";
    private const int MaxDetailLength = 500;

    private static readonly TimeSpan BetweenLines = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly Dictionary<(string Signal, string Reason), Silence> silences = [];
    private readonly Counter<long> refusals;
    private readonly TimeProvider time;
    private readonly ILogger<OtlpRefusals> logger;

    public OtlpRefusals(IMeterFactory meters, TimeProvider time, ILogger<OtlpRefusals> logger)
    {
        (this.time, this.logger) = (time, logger);
        refusals = meters.Create("Entourage.Api").CreateCounter<long>(
            "entourage.otlp.refusals", "{export}", "Exports of telemetry that were refused, in part or whole, or broken off by their client.");
    }

    /// <summary>Counts what becomes of each export. Comes before everything that may refuse one.</summary>
    public async Task WatchAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (SignalOf(context.Request) is not { } signal)
        {
            return;
        }

        if (context.Response.StatusCode >= StatusCodes.Status400BadRequest)
        {
            Count(signal, ReasonOf(context.Response.StatusCode), context.Features.Get<Problem>()?.Detail);
        }
        else if (context.Features.Get<IngestOutcome>() is { Refused: > 0 } outcome)
        {
            Count(signal, Partial, outcome.Reasons);
        }
    }

    // The names of the routes, and no text of a caller's: each is a series of its own.
    private static string? SignalOf(HttpRequest request) => HttpMethods.IsPost(request.Method) ? request.Path.Value?.ToLowerInvariant() switch
    {
        "/v1/logs" => "logs",
        "/v1/traces" => "traces",
        "/v1/metrics" => "metrics",
        _ => null,
    }
    : null;

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
            if (!silences.TryGetValue((signal, reason), out var silence))
            {
                silences[(signal, reason)] = silence = new();
            }

            since = silence.Count(time.GetUtcNow());
        }

        if (since > 0)
        {
            LogRefused(logger, since, signal, reason, reason == Aborted ? "The client left before the end of the body." : LineOf(detail));
        }
    }

    // A client's text may be in it, which must not look like lines of the log.
    private static string LineOf(string? detail) =>
        string.Create(Math.Min(detail?.Length ?? 0, MaxDetailLength), detail, static (line, detail) =>
        {
            for (var i = 0; i < line.Length; i++)
            {
                line[i] = char.IsControl(detail![i]) ? ' ' : detail[i];
            }
        });

    [LoggerMessage(
        1007, LogLevel.Warning, "Telemetry was not taken whole. Exports of {Signal} since the last such line: {Count}. Reason: {Reason}. The last one was told: {Detail}")]
    private static partial void LogRefused(ILogger logger, int count, string signal, string reason, string detail);

    /// <summary>What has happened since the last line.</summary>
    private sealed class Silence
    {
        private DateTimeOffset? lastLine;
        private int count;

        /// <summary>Counts an export.</summary>
        /// <returns>How many there are to tell of now; 0 for none yet.</returns>
        public int Count(DateTimeOffset now)
        {
            count++;
            if (now - lastLine < BetweenLines)
            {
                return 0;
            }

            var since = count;
            (lastLine, count) = (now, 0);
            return since;
        }
    }
}
