using Entourage.Client.Contracts;
using Microsoft.Extensions.AI;

namespace Entourage.Client.Chat;

/// <summary>A model call, from its reservation to its usage.</summary>
internal sealed class ChatCall : IAsyncDisposable
{
    private const int MaxErrorLength = 500;

    private readonly ChatSession session;
    private readonly long sessionId;
    private readonly Reservation? reservation;
    private readonly CallEstimate estimate;
    private readonly CancellationTokenSource finished = new();
    private readonly Task extending;
    private bool settled;

    public ChatCall(ChatSession session, long sessionId, Reservation? reservation, CallEstimate estimate)
    {
        (this.session, this.sessionId, this.reservation, this.estimate) = (session, sessionId, reservation, estimate);
        extending = reservation is null ? Task.CompletedTask : ExtendReservationAsync(reservation.Id);
    }

    /// <summary>Reports the usage of a complete response.</summary>
    public Task CompleteAsync(ChatResponse response) => ReportAsync(UsageOf(response));

    /// <summary>Reports the usage of a call that failed or was abandoned by its caller.</summary>
    /// <param name="partial">The part of the response that arrived, or null for none.</param>
    /// <param name="exception">The error, or null if the caller has left.</param>
    public Task FailAsync(ChatResponse? partial, Exception? exception)
    {
        if (partial is null && exception is not null && !IsTimeout(exception))
        {
            // The provider refused the call, so it costs nothing.
            return ReportAsync(new Usage(0, 0) { CostUsd = 0, Model = estimate.Model, Error = Text(exception) });
        }

        // The provider charges for the model's work even if the response is not read. Some providers report the input at once but the output
        // only at the end.
        partial ??= new();
        var usage = UsageOf(partial);
        return ReportAsync(usage with
        {
            OutputTokens = Math.Max(usage.OutputTokens, TokenEstimate.OfOutput(partial.Messages)),
            Error = exception is null ? null : Text(exception),
        });
    }

    public async ValueTask DisposeAsync()
    {
        await finished.CancelAsync();
        await extending;
        finished.Dispose();
        if (!settled && reservation is not null)
        {
            try
            {
                await session.Client.ReleaseReservationAsync(reservation.Id, CancellationToken.None);
            }
            catch (EntourageException)
            {
                // The reservation expires.
            }
        }
    }

    private async Task ReportAsync(Usage usage)
    {
        settled = true;
        await session.ReportAsync(sessionId, usage with { ReservationId = reservation?.Id, Labels = estimate.Labels });
    }

    private Usage UsageOf(ChatResponse response) => response.Usage is { } usage
        ? Read(usage, response.ModelId)
        : new Usage(estimate.InputTokens, TokenEstimate.OfOutput(response.Messages))
        {
            // Without reported usage, the reserved amount is the most that the call can have cost.
            CostUsd = reservation?.AmountUsd,
            Model = response.ModelId ?? estimate.Model,
        };

    private Usage Read(UsageDetails details, string? modelId)
    {
        var name = modelId ?? estimate.Model;
        return UsageParser.Parse(details, session.Options) with { Model = name, CostUsd = session.Options.CostOf?.Invoke(details, name) };
    }

    /// <summary>Extends the reservation while the call runs.</summary>
    private async Task ExtendReservationAsync(Guid id)
    {
        var seconds = session.Options.ReservationSeconds;
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(seconds / 2d), session.Client.Time, finished.Token);
                await session.Client.ExtendReservationAsync(id, seconds, finished.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The call is finished.
        }
        catch (EntourageException)
        {
            // The reservation has ended, or the server is unreachable. The usage is reported anyway.
        }
    }

    /// <summary>Whether the call timed out. Providers' clients report that in different ways.</summary>
    private static bool IsTimeout(Exception exception) => exception switch
    {
        TimeoutException or OperationCanceledException => true,
        AggregateException many => many.InnerExceptions.Any(IsTimeout),
        _ => exception.InnerException is { } inner && IsTimeout(inner),
    };

    private static string Text(Exception exception)
    {
        var text = $"{exception.GetType().Name}: {exception.Message}";
        text = new string([.. text.Select(character => char.IsControl(character) ? ' ' : character)]);
        return text.Length <= MaxErrorLength ? text : text[..MaxErrorLength];
    }
}
