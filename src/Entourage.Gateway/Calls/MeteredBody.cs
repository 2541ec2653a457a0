using Entourage.Gateway.Formats;

namespace Entourage.Gateway.Calls;

/// <summary>Passes an answer on to the client as it arrives, and shows it to the meter.</summary>
/// <param name="client">The body of the answer to the client.</param>
/// <param name="meter">The meter.</param>
internal class MeteredBody(Stream client, UsageMeter meter) : Stream
{
    private bool isCut;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The bytes that have passed without the meter being able to read them.</summary>
    public virtual long UnreadBytes => 0;

    /// <summary>Whether an event can follow what the client has got.</summary>
    public virtual bool IsBetweenEvents => meter.IsBetweenEvents;

    protected Stream Client => client;

    protected UsageMeter Meter => meter;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var passed = meter.Pass(buffer);
        if (passed.Length > 0)
        {
            await client.WriteAsync(passed, cancellationToken);
        }
    }

    /// <summary>Sends the client a last event that the provider did not send, instead of what has arrived since the event before.</summary>
    public async Task EndWithAsync(ReadOnlyMemory<byte> last)
    {
        isCut = true;
        await client.WriteAsync(last);
    }

    /// <summary>Ends the answer. The client may have gone.</summary>
    public virtual async Task EndAsync()
    {
        var rest = meter.End();
        if (rest.Length > 0 && !isCut)
        {
            await client.WriteAsync(rest);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => client.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
