using Microsoft.AspNetCore.Connections;

namespace Entourage.Api.Errors;

/// <summary>Recognises a request that failed because the client disconnected before the end of the body.</summary>
internal static class ClientDisconnect
{
    // Kestrel has one exception type for all bodies that it cannot read. Only the message tells the cause.
    private const string UnexpectedEnd = "Unexpected end of request content";

    public static bool IsCauseOf(Exception? exception) => exception switch
    {
        null => false,
        ConnectionResetException or ConnectionAbortedException => true,
        BadHttpRequestException bad when bad.Message.StartsWith(UnexpectedEnd, StringComparison.Ordinal) => true,
        _ => IsCauseOf(exception.InnerException),
    };
}
