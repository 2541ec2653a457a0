using System.Collections.Concurrent;
using Entourage.Testing;
using Microsoft.AspNetCore.Http;

namespace Entourage.Api.Tests.Gateway;

/// <summary>A call that a provider bills.</summary>
/// <param name="Id">The provider's id of the answer.</param>
/// <param name="Input">The input tokens.</param>
/// <param name="Output">The output tokens that were generated.</param>
/// <param name="IsWhole">Whether the whole answer was sent. It was not necessarily received.</param>
internal sealed record Bill(string Id, long Input, long Output, bool IsWhole)
{
    /// <summary>The cost (USD) at 3 USD for a million input tokens and 15 USD for a million output tokens.</summary>
    public decimal CostUsd => (Input * 0.000003m) + (Output * 0.000015m);
}

/// <summary>Answers calls of Anthropic with random lengths and random failures, and keeps an exact bill: also of what was generated for a client that has gone.</summary>
internal sealed class HuntProvider
{
    // A text of 40 bytes, which an estimate takes for as many tokens.
    private const int TokensPerPart = 10;
    private const int PartsPerPause = 8;

    // A character costs a quarter of a token, less than the bound of the gateway.
    private const int BytesPerToken = 4;

    private static readonly string Part = new('x', TokensPerPart * BytesPerToken);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private int calls;
    private int running;

    /// <summary>The number of calls that are being answered.</summary>
    public int Running => Volatile.Read(ref running);

    /// <summary>All bills so far.</summary>
    public ConcurrentQueue<Bill> Bills { get; } = new();

    /// <summary>Answers a call.</summary>
    public async Task AnswerAsync(HttpContext context, ProviderCall call)
    {
        Interlocked.Increment(ref running);
        try
        {
            await AnswerAsync(context, call, Interlocked.Increment(ref calls));
        }
        finally
        {
            Interlocked.Decrement(ref running);
        }
    }

    private async Task AnswerAsync(HttpContext context, ProviderCall call, int number)
    {
        var random = new Random(number);
        var failure = random.Next(100);
        if (failure < 5)
        {
            await FakeProvider.AnswerJsonAsync(context, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", random.Next(2) == 0 ? 529 : 500);
            return;
        }

        if (failure < 8)
        {
            context.Abort();
            return;
        }

        var request = call.Json;
        var limit = request["max_tokens"]!.GetValue<int>();
        var (id, input) = ($"msg_{number}", call.Body.Length / BytesPerToken);
        var parts = Math.Max(1, random.Next(limit / 10, limit + 1) / TokensPerPart);
        if (request["stream"]?.GetValue<bool>() != true)
        {
            // Billed when it is generated, whoever hears of it.
            Bills.Enqueue(new(id, input, parts * TokensPerPart, IsWhole: true));
            await FakeProvider.AnswerJsonAsync(
                context,
                $$$"""{"id":"{{{id}}}","type":"message","model":"{{{ApiClient.ListedModel}}}","content":[],"stop_reason":"end_turn","usage":{"input_tokens":{{{input}}},"output_tokens":{{{parts * TokensPerPart}}}}}""");
            return;
        }

        var generated = 0;
        var isWhole = false;
        try
        {
            context.Response.ContentType = "text/event-stream";
            await SendAsync(
                context,
                $$$$"""data: {"type":"message_start","message":{"id":"{{{{id}}}}","model":"{{{{ApiClient.ListedModel}}}}","usage":{"input_tokens":{{{{input}}}},"output_tokens":0}}}{{{{"\n\n"}}}}""");
            var breaksAt = failure < 14 ? random.Next(parts) : -1;
            for (; generated < parts; generated++)
            {
                if (generated == breaksAt)
                {
                    await BreakAsync(context, failure);
                    return;
                }

                await SendAsync(context, $$$"""data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"{{{Part}}}"}}{{{"\n\n"}}}""");
                if (generated % PartsPerPause == 0)
                {
                    await Task.Delay(Pause, TimeProvider.System, context.RequestAborted);
                }
            }

            await SendAsync(
                context,
                $$$"""data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":{{{parts * TokensPerPart}}}}}{{{"\n\n"}}}""");
            await SendAsync(context, "data: {\"type\":\"message_stop\"}\n\n");
            isWhole = true;
        }
        finally
        {
            Bills.Enqueue(new(id, input, generated * TokensPerPart, isWhole));
        }
    }

    private static async Task BreakAsync(HttpContext context, int failure)
    {
        if (failure % 2 == 0)
        {
            context.Abort();
            return;
        }

        await SendAsync(context, "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n");
    }

    private static async Task SendAsync(HttpContext context, string sent)
    {
        await context.Response.WriteAsync(sent, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
