using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Entourage.Client.Chat;

/// <summary>
/// Keeps a chat client within its agent's budget: sets money aside before each call, reports what the call used after it, and refuses
/// calls for which there is no money.
/// </summary>
/// <remarks>
/// Calls throw <see cref="BudgetExceededException"/>, <see cref="PausedException"/> or another <see cref="StoppedException"/> when the agent
/// must stop; the model is not called then. The session ends with the client.
/// </remarks>
public sealed class EntourageChatClient : DelegatingChatClient, IAsyncDisposable
{
    private static readonly TimeSpan Parting = TimeSpan.FromSeconds(10);

    private readonly ChatSession session;
    private bool disposed;

    /// <summary>A client around another.</summary>
    /// <param name="inner">What calls the model.</param>
    /// <param name="entourage">What speaks to the server.</param>
    /// <param name="options">For whom it spends; as the environment says when null.</param>
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
            await call.BreakOffAsync(answered: null, cancellationToken.IsCancellationRequested ? null : exception);
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
            // Also runs where the caller stops reading, which is paid for all the same.
            if (complete)
            {
                await call.CompleteAsync(seen.ToChatResponse());
            }
            else if (fault is not null || seen.Count > 0)
            {
                var answered = seen.Count > 0 ? seen.ToChatResponse() : null;
                await call.BreakOffAsync(answered, cancellationToken.IsCancellationRequested ? null : fault);
            }
        }
    }

    /// <summary>Ends the session, and disposes of the inner client.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!disposed)
        {
            disposed = true;
            await PartAsync();
            Dispose();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !disposed)
        {
            disposed = true;

            // There is no other way to end the session from here; whoever can waits for DisposeAsync.
            Task.Run(PartAsync).Wait(Parting);
        }

        if (disposing)
        {
            session.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task PartAsync()
    {
        try
        {
            await session.EndAsync();
        }
        catch (EntourageException)
        {
            // The server closes a session that it hears nothing of.
        }
    }

    private Task<ChatCall> BeginAsync(IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        var model = options?.ModelId ?? session.Options.Model ?? this.GetService<ChatClientMetadata>()?.DefaultModelId;
        return session.BeginAsync(model, session.Options.EstimateInputTokens(messages, options), options?.MaxOutputTokens, cancellationToken);
    }
}
