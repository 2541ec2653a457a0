using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Entourage.Api.Errors;
using Entourage.Api.Protection;
using Entourage.Api.Startup;
using Entourage.Application.Access;
using Entourage.Application.Otlp;
using Microsoft.AspNetCore.Http.Features;

namespace Entourage.Api.Otlp;

/// <summary>
/// Reads telemetry exports. A body is parsed only once it is known to be within the limits, and then one item at a time. Only a few bodies that
/// are large, or large after decompression, are read at once.
/// </summary>
internal sealed class OtlpReader(BodyBudget budget, CallerContext callers, TelemetryLabels labels)
{
    // A body with more items costs as much as a large body, whatever its size.
    private const int MaxItemsOfSmallBody = 1_000;

    private readonly BodyBudget budget = budget;
    private readonly CallerContext callers = callers;
    private readonly TelemetryLabels labels = labels;

    private ApiLimits Limits => budget.Limits;

    /// <summary>Reads a request.</summary>
    /// <exception cref="BodyLimitException">The body exceeds a limit.</exception>
    /// <exception cref="BusyException">Too many large bodies are being read.</exception>
    /// <exception cref="BadHttpRequestException">The body is too large, its compression is not supported, or it is not valid gzip.</exception>
    public async Task<ParsedTelemetry> ReadAsync(HttpContext context, OtlpSignal signal, bool isJson, CancellationToken cancellationToken)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = Limits.TelemetryBodyBytes;
        var isCompressed = OtlpBody.IsCompressed(context.Request);
        var operation = new Operation(this, context, signal, isJson ? new OtlpJson(Limits, cancellationToken) : new OtlpProtobuf(), cancellationToken);
        var received = await BodyReader.ReadToEndAsync(context, check: null, cancellationToken);
        try
        {
            return await (isCompressed ? operation.DecompressAsync(received) : operation.ReadAsync(received));
        }
        finally
        {
            context.Request.BodyReader.AdvanceTo(received.End);
            operation.Dispose();
        }
    }

    private sealed class Operation(OtlpReader reader, HttpContext context, OtlpSignal signal, IOtlpFormat format, CancellationToken cancellationToken) : IDisposable
    {
        private BodyBudget.ParserSlot? slot;
        private byte[]? rented;

        public async Task<ParsedTelemetry> ReadAsync(ReadOnlySequence<byte> received)
        {
            if (received.IsSingleSegment)
            {
                return await ReadAsync(received.First);
            }

            var length = (int)received.Length;
            var buffer = length <= BodyBudget.LargeBytes ? Rent() : (await EnterAsync()).Grow(length, 0);
            received.CopyTo(buffer);
            return await ReadAsync(buffer.AsMemory(0, length));
        }

        public async Task<ParsedTelemetry> DecompressAsync(ReadOnlySequence<byte> received)
        {
            var buffer = Rent();
            var (length, size) = (0, BodyBudget.LargeBytes);
            try
            {
                await using var plain = new GZipStream(PipeReader.Create(received).AsStream(), CompressionMode.Decompress);
                while (true)
                {
                    var read = plain.Read(buffer, length, size - length);
                    if (read == 0)
                    {
                        break;
                    }

                    length += read;
                    if (length == size)
                    {
                        (buffer, size) = await GrowAsync(buffer.AsMemory(0, length), received.Length);
                    }
                }
            }
            catch (InvalidDataException broken)
            {
                throw new BadHttpRequestException("The body is not valid gzip.", broken);
            }

            CheckSize(length, received.Length);
            return await ReadAsync(buffer.AsMemory(0, length));
        }

        public void Dispose()
        {
            slot?.Dispose();
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }

        // Checks the beginning first, which may already exceed a limit.
        private async Task<(byte[] Buffer, int Size)> GrowAsync(ReadOnlyMemory<byte> beginning, long receivedLength)
        {
            cancellationToken.ThrowIfCancellationRequested();
            CheckSize(beginning.Length, receivedLength);
            CheckBeginning(beginning);
            var isFirst = slot is null;
            var size = (int)Math.Min(beginning.Length * 2L, reader.Limits.TelemetryBodyBytes + 1);
            var grown = (await EnterAsync()).Grow(size, isFirst ? 0 : beginning.Length);
            if (isFirst)
            {
                beginning.CopyTo(grown);
            }

            return (grown, size);
        }

        private void CheckBeginning(ReadOnlyMemory<byte> beginning)
        {
            try
            {
                format.Index(beginning, isWhole: false, signal, new OtlpIndex(reader.Limits, cancellationToken));
            }
            catch (OtlpFormatException)
            {
                // The body may also be too large, which is reported first.
            }
        }

        private void CheckSize(int length, long receivedLength)
        {
            var limits = reader.Limits;
            if (length > limits.TelemetryBodyBytes)
            {
                throw new BodyLimitException(
                    $"The body is larger than {limits.TelemetryBodyBytes:N0} bytes after decompression (Limits:TelemetryBodyBytes).");
            }

            if (length > BodyBudget.LargeBytes && length > receivedLength * limits.TelemetryInflation)
            {
                throw new BodyLimitException(
                    $"The body is more than {limits.TelemetryInflation:N0} times larger after decompression (Limits:TelemetryInflation).");
            }
        }

        private async Task<ParsedTelemetry> ReadAsync(ReadOnlyMemory<byte> body)
        {
            var index = new OtlpIndex(reader.Limits, cancellationToken);
            format.Index(body, isWhole: true, signal, index);
            if (index.Items.Count > MaxItemsOfSmallBody)
            {
                await EnterAsync();
            }

            var telemetry = ParsedTelemetry.Parse(
                new OtlpItems(body, index, format, reader.Limits).ToBatch(signal),
                reader.callers.Current.AgentId,
                reader.Limits.TelemetrySources,
                reader.labels,
                cancellationToken);
            format.Errors.ReportTo(telemetry);
            return telemetry;
        }

        private async ValueTask<BodyBudget.ParserSlot> EnterAsync() => slot ??= await reader.budget.EnterAsync(context, cancellationToken);

        private byte[] Rent() => rented ??= ArrayPool<byte>.Shared.Rent(BodyBudget.LargeBytes);
    }
}
