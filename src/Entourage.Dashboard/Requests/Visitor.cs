using Entourage.Application.Access;

namespace Entourage.Dashboard.Requests;

/// <summary>Who looks at the dashboard: in their name each request of a page is sent. One for each open page.</summary>
public sealed class Visitor
{
    /// <summary>The visitor. Where the server asks for no keys, that is whoever can reach it.</summary>
    public Caller Caller { get; set; } = Caller.Operator;
}
