namespace Entourage.Application.Otlp;

/// <summary>
/// The reason for which an item of telemetry is rejected. Used instead of an exception, because a request can hold thousands of such items.
/// </summary>
internal sealed class ItemRejection
{
    /// <summary>The reason; null if the item is acceptable.</summary>
    public string? Reason { get; private set; }

    /// <summary>Sets the reason unless one is set already.</summary>
    public void Add(string reason) => Reason ??= reason;

    /// <summary>Clears the reason, for the next item.</summary>
    public void Clear() => Reason = null;
}
