using Entourage.Domain.Prices;

namespace Entourage.Gateway.Formats;

/// <summary>
/// Reads the usage of one answer beside the bytes that pass through. It keeps at most the event that is arriving, never the text, and never fails:
/// what it cannot read, it passes on.
/// </summary>
internal abstract class UsageMeter
{
    /// <summary>The model that answered; null until it is told.</summary>
    public string? Model { get; protected set; }

    /// <summary>The provider's id of the answer; null until it is told.</summary>
    public string? ResponseId { get; protected set; }

    /// <summary>The service tier that served the call; null if it is not told.</summary>
    public string? Tier { get; protected set; }

    /// <summary>The usage told so far; null if none.</summary>
    public BilledTokens? Usage { get; protected set; }

    /// <summary>Whether the usage told is final. Otherwise the answer broke off, or the provider told none.</summary>
    public bool IsFinal { get; protected set; }

    /// <summary>The bytes of generated text, tool arguments and reasoning so far, to estimate the output of an answer that broke off.</summary>
    public long OutputBytes { get; protected set; }

    /// <summary>Whether the answer is an error of the provider that arrived within a stream.</summary>
    public bool IsError { get; protected set; }

    /// <summary>The searches of the web that the provider ran and bills apart.</summary>
    public long WebSearches { get; protected set; }

    /// <summary>Whether an event may follow what the client has got: all events that have begun have ended, and the answer is nothing else.</summary>
    public abstract bool IsBetweenEvents { get; }

    /// <summary>Takes the next bytes of the answer, decoded if they were compressed.</summary>
    /// <param name="bytes">The bytes as they arrived, cut anywhere.</param>
    /// <returns>What to pass on to the client: the same bytes, unless the answer contains something that the client did not ask for.</returns>
    public abstract ReadOnlyMemory<byte> Pass(ReadOnlyMemory<byte> bytes);

    /// <summary>Ends the answer.</summary>
    /// <returns>What remains to be passed on.</returns>
    public abstract ReadOnlyMemory<byte> End();
}
