using System.Buffers;
using Entourage.Api.Errors;

namespace Entourage.Api.Protection;

/// <summary>Reads whole bodies within the <see cref="BodyBudget"/>.</summary>
internal static class BodyReader
{
    private const int FirstCheck = 65_536;

    /// <summary>
    /// Reads a body without consuming it. To let the framework read it again without a copy, advance the reader to its start; otherwise
    /// advance the reader to its end.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="check">
    /// Throws to refuse the body. Called with the part that has arrived, each time it has doubled, and with whether it is the whole body.
    /// </param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="BusyException">Other bodies use all the memory, or the body did not arrive in time.</exception>
    /// <exception cref="BadHttpRequestException">The body is too large or arrived too slowly.</exception>
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

            // Not 408: exporters do not retry it, and the server's own load may have slowed the body down.
            throw BodyBudget.Late(context);
        }
        finally
        {
            either?.Dispose();
        }
    }
}
