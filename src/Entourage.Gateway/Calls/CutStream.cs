namespace Entourage.Gateway.Calls;

/// <summary>The body of a provider's answer, which ends when its call is cut. Without that, the client would only see that its connection broke.</summary>
/// <param name="source">The body.</param>
/// <param name="endAsync">Ends the answer to the client if the call was cut; false if it was not, or if the answer must break off.</param>
internal sealed class CutStream(Stream source, Func<Task<bool>> endAsync) : Stream
{
    private bool hasEnded;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return hasEnded ? 0 : await source.ReadAsync(buffer, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            hasEnded = await endAsync();
            if (!hasEnded)
            {
                throw;
            }

            return 0;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            source.Dispose();
        }

        base.Dispose(disposing);
    }
}
