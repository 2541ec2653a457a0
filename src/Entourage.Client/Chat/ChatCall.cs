using Entourage.Client.Contracts;
using Microsoft.Extensions.AI;

namespace Entourage.Client.Chat;

/// <summary>One call of a model, from the money that is set aside for it to what it used.</summary>
internal sealed class ChatCall : IAsyncDisposable
{
    private const int MaxErrorLength = 500;

    private readonly ChatSession session;
    private readonly long sessionId;
    private readonly Reservation? reservation;
    private readonly string? model;
    private readonly long inputTokens;
    private readonly CancellationTokenSource over = new();
    private readonly Task holding;
    private bool settled;

    public ChatCall(ChatSession session, long sessionId, Reservation? reservation, string? model, long inputTokens)
    {
        (this.session, this.sessionId, this.reservation, this.model, this.inputTokens) = (session, sessionId, reservation, model, inputTokens);
        holding = reservation is null ? Task.CompletedTask : LockAsync(reservation.Id);
    }

    /// <summary>It was answered.</summary>
    public Task CompleteAsync(ChatResponse response) => ReportAsync(UsageOf(response));

    /// <summary>It ended before its answer did.</summary>
    /// <param name="answered">What had come until then; null where nothing had.</param>
    /// <param name="exception">What it failed with; null where its caller has left.</param>
    public Task BreakOffAsync(ChatResponse? answered, Exception? exception)
    {
        if (answered is null && exception is not null && !IsTimeout(exception))
        {
            // It was refused: nobody worked for it.
            return ReportAsync(new Usage(0, 0) { CostUsd = 0, Model = model, Error = Text(exception) });
        }

        // The model has worked, or works still, and is paid whether or not anybody listens. Some providers report the input at once, and
        // the output at the end alone.
        answered ??= new();
        var usage = UsageOf(answered);
        return ReportAsync(usage with
        {
            OutputTokens = Math.Max(usage.OutputTokens, TokenEstimate.OfOutput(answered.Messages)),
            Error = exception is null ? null : Text(exception),
        });
    }

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await holding;
        over.Dispose();
        if (!settled && reservation is not null)
        {
            try
            {
                await session.Client.ReleaseReservationAsync(reservation.Id, CancellationToken.None);
            }
            catch (EntourageException)
            {
                // It runs out by itself.
            }
        }
    }

    private async Task ReportAsync(Usage usage)
    {
        settled = true;
        await session.ReportAsync(sessionId, usage with { ReservationId = reservation?.Id });
    }

    private Usage UsageOf(ChatResponse response) => response.Usage is { } usage
        ? Read(usage, response.ModelId)
        : new Usage(inputTokens, TokenEstimate.OfOutput(response.Messages))
        {
            // Nobody says what it used. What was set aside is the most that it may have cost: rather too much than nothing.
            CostUsd = reservation?.AmountUsd,
            Model = response.ModelId ?? model,
        };

    private Usage Read(UsageDetails details, string? modelId)
    {
        var name = modelId ?? model;
        return UsageParser.Of(details, session.Options) with { Model = name, CostUsd = session.Options.CostOf?.Invoke(details, name) };
    }

    /// <summary>Keeps the money for as long as the call takes.</summary>
    private async Task LockAsync(Guid id)
    {
        var seconds = session.Options.ReservationSeconds;
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(seconds / 2d), session.Client.Time, over.Token);
                await session.Client.ExtendReservationAsync(id, seconds, over.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The call is over.
        }
        catch (EntourageException)
        {
            // It has ended, or nobody can be asked. What the call used is recorded all the same.
        }
    }

    /// <summary>Whether it is for want of an answer in time, however the provider's client says so.</summary>
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
