using Microsoft.AspNetCore.Connections;

namespace Entourage.Api.Errors;

/// <summary>Recognises a request that could not be read because its caller left before the end of it.</summary>
internal static class ClientDisconnect
{
    // The server has one exception for all bodies that it cannot read, which says why in its text alone.
    private const string EndsEarly = "Unexpected end of request content";

    /// <summary>Whether an exception says so.</summary>
    public static bool IsCauseOf(Exception? exception) => exception switch
    {
        null => false,
        ConnectionResetException or ConnectionAbortedException => true,
        BadHttpRequestException bad when bad.Message.StartsWith(EndsEarly, StringComparison.Ordinal) => true,
        _ => IsCauseOf(exception.InnerException),
    };
}
