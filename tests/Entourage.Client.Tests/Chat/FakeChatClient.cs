using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Entourage.Client.Tests.Chat;

/// <summary>A chat client with responses from the test.</summary>
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

    /// <summary>Awaited before each response.</summary>
    public Func<Task>? Before { get; init; }

    /// <summary>Whether a stream has no updates before its response.</summary>
    public bool Silent { get; init; }

    /// <summary>Usage at the start of a stream, if any.</summary>
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
        // Like a model: one word at a time, and the usage at the end.
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
