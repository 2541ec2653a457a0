using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Entourage.Client.Tests.Chat;

/// <summary>A model that says what a test has it say.</summary>
internal sealed class FakeChatClient : IChatClient
{
    private readonly Func<int, ChatResponse> answer;
    private int calls;

    public FakeChatClient(UsageDetails? usage)
        : this(_ => Saying("fine", usage))
    {
    }

    public FakeChatClient(Func<int, ChatResponse> answer) => this.answer = answer;

    public int Calls => calls;

    /// <summary>Waited for before anything is answered.</summary>
    public Func<Task>? Before { get; init; }

    /// <summary>Whether a stream says nothing before its answer.</summary>
    public bool Silent { get; init; }

    /// <summary>The usage that a stream begins with, where it does.</summary>
    public UsageDetails? Begins { get; init; }

    public static ChatResponse Saying(string text, UsageDetails? usage) =>
        new(new ChatMessage(ChatRole.Assistant, text)) { Usage = usage, ModelId = "claude-sonnet-4-20250514" };

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var call = Interlocked.Increment(ref calls);
        await (Before?.Invoke() ?? Task.CompletedTask);
        cancellationToken.ThrowIfCancellationRequested();
        return answer(call);
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // A word at a time, and the usage last, as models do.
        if (Begins is not null)
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(Begins)]);
        }

        if (!Silent)
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, "one ");
            yield return new ChatResponseUpdate(ChatRole.Assistant, "two ");
        }

        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
