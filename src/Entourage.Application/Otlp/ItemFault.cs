namespace Entourage.Application.Otlp;

/// <summary>Why an item of telemetry cannot be taken. It takes the place of an exception, since a request may hold thousands of such items.</summary>
internal sealed class ItemFault
{
    /// <summary>The reason; null when there is none.</summary>
    public string? Reason { get; private set; }

    /// <summary>Notes a reason, unless there is one already.</summary>
    public void Add(string reason) => Reason ??= reason;

    /// <summary>Forgets the reason, for the next item.</summary>
    public void Clear() => Reason = null;
}
