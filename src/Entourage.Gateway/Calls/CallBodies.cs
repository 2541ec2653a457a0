using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Entourage.Gateway.Calls;

/// <summary>Reads the bodies of calls into memory, within a limit for each and one for all.</summary>
internal sealed class CallBodies(IOptions<GatewayOptions> options)
{
    private const int FirstBytes = 16_384;

    private long used;

    private GatewayOptions Limits => options.Value;

    /// <summary>Reads a body.</summary>
    /// <exception cref="CallRefusedException">It is too large, or there is no memory for it now.</exception>
    public async Task<CallBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = Limits.BodyBytes;
        }

        if (request.ContentLength > Limits.BodyBytes)
        {
            throw TooLarge();
        }

        var body = new CallBody(this);
        try
        {
            var buffer = new byte[Math.Min(request.ContentLength ?? FirstBytes, Limits.BodyBytes)];
            Take(body, buffer.Length);
            var length = 0;
            while (true)
            {
                if (length == buffer.Length)
                {
                    if (request.ContentLength == length)
                    {
                        break;
                    }

                    if (length >= Limits.BodyBytes)
                    {
                        throw TooLarge();
                    }

                    var larger = (int)Math.Min(Math.Max(FirstBytes, buffer.Length * 2L), Limits.BodyBytes);
                    Take(body, larger - buffer.Length);
                    Array.Resize(ref buffer, larger);
                }

                var read = await request.Body.ReadAsync(buffer.AsMemory(length), cancellationToken);
                if (read == 0)
                {
                    break;
                }

                length += read;
            }

            body.Bytes = buffer.AsMemory(0, length);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    internal void Return(long bytes) => Interlocked.Add(ref used, -bytes);

    private void Take(CallBody body, long bytes)
    {
        body.Taken += bytes;
        if (Interlocked.Add(ref used, bytes) > Limits.BodyMemoryBytes)
        {
            throw new CallRefusedException(new(Formats.RefusalReason.TooMany, "Too many large calls are running (Gateway:BodyMemoryBytes). Send the call again later."));
        }
    }

    private CallRefusedException TooLarge() =>
        new(new(Formats.RefusalReason.TooLarge, $"The body is larger than {Limits.BodyBytes:N0} bytes (Gateway:BodyBytes)."));
}

/// <summary>The body of a call.</summary>
internal sealed class CallBody(CallBodies owner) : IDisposable
{
    public ReadOnlyMemory<byte> Bytes { get; set; }

    /// <summary>The memory that it counts as, in bytes.</summary>
    internal long Taken { get; set; }

    public void Dispose()
    {
        owner.Return(Taken);
        Taken = 0;
    }
}
