using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Entourage.Client.Chat;

/// <summary>
/// Keeps a chat client within its agent's budget. It reserves money before each call, reports the usage after it, and refuses calls that the
/// budget does not cover.
/// </summary>
/// <remarks>
/// If the agent must stop, a call throws <see cref="BudgetExceededException"/>, <see cref="PausedException"/> or another
/// <see cref="StoppedException"/> without calling the model. Disposing the client ends the session.
/// </remarks>
public sealed class EntourageChatClient : DelegatingChatClient, IAsyncDisposable
{
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(10);

    private readonly ChatSession session;
    private bool disposed;

    /// <summary>Creates a client around another one.</summary>
    /// <param name="inner">The client that calls the model.</param>
    /// <param name="entourage">The client of the server.</param>
    /// <param name="options">The options. By default, they come from the environment.</param>
    public EntourageChatClient(IChatClient inner, EntourageClient entourage, EntourageChatOptions? options = null)
        : base(inner)
    {
        ArgumentNullException.ThrowIfNull(entourage);
        session = new(entourage, options ?? new());
    }

    /// <inheritdoc/>
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<ChatMessage> sent = [.. messages];
        await using var call = await BeginAsync(sent, options, cancellationToken);
        ChatResponse response;
        try
        {
            response = await base.GetResponseAsync(sent, options, cancellationToken);
        }
        catch (Exception exception)
        {
            await call.FailAsync(partial: null, cancellationToken.IsCancellationRequested ? null : exception);
            throw;
        }

        await call.CompleteAsync(response);
        return response;
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        IReadOnlyList<ChatMessage> sent = [.. messages];
        await using var call = await BeginAsync(sent, options, cancellationToken);
        var seen = new List<ChatResponseUpdate>();
        var (complete, fault) = (false, (Exception?)null);
        try
        {
            await using var updates = base.GetStreamingResponseAsync(sent, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (true)
            {
                try
                {
                    if (!await updates.MoveNextAsync())
                    {
                        break;
                    }
                }
                catch (Exception exception)
                {
                    fault = exception;
                    throw;
                }

                seen.Add(updates.Current);
                yield return updates.Current;
            }

            complete = true;
        }
        finally
        {
            // Also runs if the caller stops reading, because the provider charges for that too.
            if (complete)
            {
                await call.CompleteAsync(seen.ToChatResponse());
            }
            else if (fault is not null || seen.Count > 0)
            {
                var partial = seen.Count > 0 ? seen.ToChatResponse() : null;
                await call.FailAsync(partial, cancellationToken.IsCancellationRequested ? null : fault);
            }
        }
    }

    /// <summary>Ends the session and disposes the inner client.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!disposed)
        {
            disposed = true;
            await EndSessionAsync();
            Dispose();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !disposed)
        {
            disposed = true;

            // A synchronous dispose can only block to end the session. Prefer DisposeAsync.
            Task.Run(EndSessionAsync).Wait(EndTimeout);
        }

        if (disposing)
        {
            session.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task EndSessionAsync()
    {
        try
        {
            await session.EndAsync();
        }
        catch (EntourageException)
        {
            // The server closes a silent session.
        }
    }

    private Task<ChatCall> BeginAsync(IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        var model = options?.ModelId ?? session.Options.Model ?? this.GetService<ChatClientMetadata>()?.DefaultModelId;
        var estimate = new CallEstimate(
            model, session.Options.EstimateInputTokens(messages, options), options?.MaxOutputTokens, session.Options.LabelsOf?.Invoke(options));
        return session.BeginAsync(estimate, cancellationToken);
    }
}
