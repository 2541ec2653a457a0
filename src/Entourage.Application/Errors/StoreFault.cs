using System.Data.Common;

namespace Entourage.Application.Errors;

/// <summary>Recognises faults of the store.</summary>
public static class StoreFault
{
    /// <summary>Whether an exception means that the store is unavailable and that nothing was recorded.</summary>
    public static bool IsCauseOf(Exception? exception) => exception switch
    {
        null => false,
        StoreUnavailableException fault => !fault.OutcomeUnknown,
        DbException => true,
        _ => IsCauseOf(exception.InnerException),
    };
}
