using System.Text.Json;
using Entourage.Api.Errors;
using Google.Protobuf;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Entourage.Api.Otlp;

/// <summary>Answers exceptions with the status that tells exporters whether to retry.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed partial class OtlpErrorsAttribute : Attribute, IExceptionFilter
{
    public void OnException(ExceptionContext context)
    {
        if (ClientDisconnect.IsCauseOf(context.Exception))
        {
            return;
        }

        var problem = context.Exception switch
        {
            InvalidProtocolBufferException or JsonException or OtlpFormatException => new Problem(
                StatusCodes.Status400BadRequest, "malformed-body", $"The body is not valid OTLP: {context.Exception.Message}"),
            BadHttpRequestException bad => Problem.Of(bad.StatusCode) with { Detail = bad.Message },
            _ => Problem.Of(context.Exception),
        };
        if (problem.Status >= StatusCodes.Status500InternalServerError)
        {
            // Unexpected: the exception handler logs and answers it.
            if (problem.Status != StatusCodes.Status503ServiceUnavailable)
            {
                return;
            }

            if (context.Exception is not BusyException)
            {
                LogFailed(context.HttpContext.RequestServices.GetRequiredService<ILogger<OtlpErrorsAttribute>>(), context.Exception);
            }
        }

        context.Result = new ProblemResult(problem);
        context.ExceptionHandled = true;
    }

    [LoggerMessage(1005, LogLevel.Warning, "Telemetry was not accepted. The exporter will send it again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
