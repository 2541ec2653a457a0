namespace Entourage.Dashboard.Charts;

/// <summary>A label on an axis.</summary>
/// <param name="Percent">The position, in percent from the start of the axis.</param>
/// <param name="Text">The text, different from that of every other mark of the axis.</param>
public sealed record AxisMark(decimal Percent, string Text)
{
    private const decimal Edge = 4;

    /// <summary>Where the text stands: <c>start</c> or <c>end</c> near an edge, so that it is not cut, and otherwise <c>middle</c>.</summary>
    public string Align => Percent < Edge ? "start" : Percent > 100 - Edge ? "end" : "middle";
}
