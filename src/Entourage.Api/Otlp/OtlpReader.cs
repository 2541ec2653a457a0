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
/// Reads what an exporter sends. Nothing is made of a body before it is known to hold no more than it may, and then of one item at a time.
/// Bodies that are large, or become so, are read a few at a time.
/// </summary>
/// <param name="budget">What the bodies of all callers may take.</param>
/// <param name="callers">Who sends.</param>
internal sealed class OtlpReader(BodyBudget budget, CallerContext callers)
{
    // More items than this cost as much as a large body does, however small theirs is.
    private const int FewItems = 1_000;

    private readonly BodyBudget budget = budget;
    private readonly CallerContext callers = callers;

    private ApiLimits Limits => budget.Limits;

    /// <summary>Reads a request.</summary>
    /// <exception cref="BodyLimitException">It holds more than it may.</exception>
    /// <exception cref="BusyException">Too many large bodies are being read.</exception>
    /// <exception cref="BadHttpRequestException">It is too large, or compressed in a way that is not known or broken.</exception>
    public async Task<ParsedTelemetry> ReadAsync(HttpContext context, OtlpSignal signal, bool isJson, CancellationToken cancellationToken)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = Limits.TelemetryBodyBytes;
        var isPacked = OtlpBody.IsPacked(context.Request);
        var work = new Work(this, context, signal, isJson ? new OtlpJson(Limits, cancellationToken) : new OtlpProtobuf(), cancellationToken);
        var sent = await BodyReader.ReadToEndAsync(context, check: null, cancellationToken);
        try
        {
            return await (isPacked ? work.UnpackAsync(sent) : work.ReadAsync(sent));
        }
        finally
        {
            context.Request.BodyReader.AdvanceTo(sent.End);
            work.Dispose();
        }
    }

    private sealed class Work(OtlpReader reader, HttpContext context, OtlpSignal signal, IOtlpFormat format, CancellationToken cancellationToken) : IDisposable
    {
        private BodyBudget.Slot? slot;
        private byte[]? rented;

        public async Task<ParsedTelemetry> ReadAsync(ReadOnlySequence<byte> sent)
        {
            if (sent.IsSingleSegment)
            {
                return await ReadAsync(sent.First);
            }

            var length = (int)sent.Length;
            var buffer = length <= BodyBudget.LargeBytes ? Rent() : (await EnterAsync()).Grow(length, 0);
            sent.CopyTo(buffer);
            return await ReadAsync(buffer.AsMemory(0, length));
        }

        public async Task<ParsedTelemetry> UnpackAsync(ReadOnlySequence<byte> sent)
        {
            var buffer = Rent();
            var (length, size) = (0, BodyBudget.LargeBytes);
            try
            {
                await using var plain = new GZipStream(PipeReader.Create(sent).AsStream(), CompressionMode.Decompress);
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
                        (buffer, size) = await GrowAsync(buffer.AsMemory(0, length), sent.Length);
                    }
                }
            }
            catch (InvalidDataException broken)
            {
                throw new BadHttpRequestException("The body is not gzip.", broken);
            }

            EnsureSize(length, sent.Length);
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

        // What is there is checked first: it may be enough to refuse the rest.
        private async Task<(byte[] Buffer, int Size)> GrowAsync(ReadOnlyMemory<byte> beginning, long sent)
        {
            cancellationToken.ThrowIfCancellationRequested();
            EnsureSize(beginning.Length, sent);
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
                // It may be too large as well, which is what the sender needs to know first.
            }
        }

        private void EnsureSize(int length, long sent)
        {
            var limits = reader.Limits;
            if (length > limits.TelemetryBodyBytes)
            {
                throw new BodyLimitException(
                    $"The body is larger than this address takes: it inflates to more than {limits.TelemetryBodyBytes:N0} bytes (Limits:TelemetryBodyBytes).");
            }

            if (length > BodyBudget.LargeBytes && length > sent * limits.TelemetryInflation)
            {
                throw new BodyLimitException(
                    $"The body is larger than this address takes: it inflates to more than {limits.TelemetryInflation:N0} times what was sent (Limits:TelemetryInflation).");
            }
        }

        private async Task<ParsedTelemetry> ReadAsync(ReadOnlyMemory<byte> body)
        {
            var index = new OtlpIndex(reader.Limits, cancellationToken);
            format.Index(body, isWhole: true, signal, index);
            if (index.Items.Count > FewItems)
            {
                await EnterAsync();
            }

            var reading = ParsedTelemetry.Parse(
                new OtlpItems(body, index, format, reader.Limits).ToBatch(signal), reader.callers.Current.AgentId, reader.Limits.TelemetrySources, cancellationToken);
            format.Faults.RefuseIn(reading);
            return reading;
        }

        private async ValueTask<BodyBudget.Slot> EnterAsync() => slot ??= await reader.budget.EnterAsync(context, cancellationToken);

        private byte[] Rent() => rented ??= ArrayPool<byte>.Shared.Rent(BodyBudget.LargeBytes);
    }
}
