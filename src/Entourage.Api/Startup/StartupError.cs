using System.Data.Common;
using System.Net.Sockets;
using Entourage.Application.Errors;
using Entourage.Infrastructure;
using FluentValidation;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Startup;

/// <summary>Describes errors that the operator can fix, in a line instead of a stack trace.</summary>
internal static class StartupError
{
    /// <returns>The reason; null for an error that the operator cannot fix.</returns>
    public static string? Describe(Exception exception) => exception switch
    {
        InvalidInputException => exception.Message,
        ValidationException invalid => string.Join(" ", invalid.Errors.Select(error => error.ErrorMessage)),
        OptionsValidationException invalid => string.Join(" ", invalid.Failures),
        FormatException or InvalidOperationException { InnerException: FormatException } => exception.Message,
        ArgumentException { StackTrace: { } trace } when trace.Contains("ConnectionStringBuilder", StringComparison.Ordinal) =>
            $"ConnectionStrings:Entourage is not a valid connection string. An example is '{DatabaseOptions.DefaultConnectionString}'.",
        DbException => $"The store cannot be opened: {exception.Message}",
        StoreUnavailableException => exception.Message,
        RetryLimitExceededException { InnerException: { } last } => Describe(last),
        DbUpdateException { InnerException: { } refused } => Describe(refused),
        IOException or SocketException or UnauthorizedAccessException => exception.Message,
        _ => null,
    };
}
