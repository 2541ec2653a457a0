using System.Data.Common;
using System.Net.Sockets;
using Entourage.Application.Errors;
using Entourage.Infrastructure;
using FluentValidation;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Startup;

/// <summary>What keeps the server from starting, for the operator who can mend it: a line, not a stack trace.</summary>
internal static class StartFault
{
    /// <summary>The reason; null for a fault that an operator cannot mend.</summary>
    public static string? ReasonOf(Exception exception) => exception switch
    {
        InvalidInputException => exception.Message,
        ValidationException invalid => string.Join(" ", invalid.Errors.Select(error => error.ErrorMessage)),
        OptionsValidationException invalid => string.Join(" ", invalid.Failures),
        FormatException or InvalidOperationException { InnerException: FormatException } => exception.Message,
        ArgumentException { StackTrace: { } trace } when trace.Contains("ConnectionStringBuilder", StringComparison.Ordinal) =>
            $"ConnectionStrings:Entourage is not a connection string, such as '{DatabaseOptions.DefaultConnectionString}'.",
        DbException => $"The store cannot be opened: {exception.Message}",
        IOException or SocketException or UnauthorizedAccessException => exception.Message,
        _ => null,
    };
}
