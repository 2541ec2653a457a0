using Entourage.Gateway.Formats;

namespace Entourage.Gateway.Calls;

/// <summary>A call is refused before it is passed on.</summary>
internal sealed class CallRefusedException(Refusal refusal) : Exception(refusal.Message)
{
    public Refusal Refusal => refusal;
}
