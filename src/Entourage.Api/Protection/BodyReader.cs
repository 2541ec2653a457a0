using System.Buffers;
using Entourage.Api.Errors;

namespace Entourage.Api.Protection;

/// <summary>Reads bodies whole, within what the <see cref="BodyBudget"/> allows.</summary>
internal static class BodyReader
{
    private const int FirstCheck = 65_536;

    /// <summary>
    /// Reads a body and leaves it in the request's reader: whoever reads the body next gets it from there, without a copy. The caller
    /// advances the reader otherwise.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="check">Throws where the body cannot be taken. It gets what has arrived, each time that this has doubled, and whether it is all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BusyException">Other bodies take all memory that there is for them.</exception>
    /// <exception cref="BadHttpRequestException">The body is too large, or came too slowly.</exception>
    public static async ValueTask<ReadOnlySequence<byte>> ReadToEndAsync(
        HttpContext context, Action<ReadOnlySequence<byte>, bool>? check, CancellationToken cancellationToken)
    {
        var reader = context.Request.BodyReader;
        BodyBudget.Lease? lease = null;
        CancellationTokenSource? either = null;
        try
        {
            for (var next = (long)FirstCheck; ;)
            {
                var result = await reader.ReadAsync(either?.Token ?? cancellationToken);
                var body = result.Buffer;
                try
                {
                    if (result.IsCanceled)
                    {
                        throw new OperationCanceledException(context.RequestAborted);
                    }

                    if (check is not null && (result.IsCompleted || body.Length >= next))
                    {
                        check(body, result.IsCompleted);
                        next = body.Length * 2;
                    }

                    if (body.Length > BodyBudget.LargeBytes)
                    {
                        lease ??= context.RequestServices.GetRequiredService<BodyBudget>().Open(context);
                        either ??= CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Deadline);
                        await lease.EnsureAsync(body.Length, cancellationToken);
                    }
                }
                catch
                {
                    reader.AdvanceTo(body.End);
                    lease?.Dispose();
                    throw;
                }

                if (result.IsCompleted)
                {
                    return body;
                }

                reader.AdvanceTo(body.Start, body.End);
            }
        }
        catch (OperationCanceledException) when (either is { IsCancellationRequested: true } && !cancellationToken.IsCancellationRequested)
        {
            lease?.Dispose();

            // Not 408: exporters drop what is answered with it, and the server's own load may be why the body came slowly.
            throw BodyBudget.Late(context);
        }
        finally
        {
            either?.Dispose();
        }
    }
}
