namespace Entourage.Gateway.Tests.Formats;

/// <summary>Answers in the shapes that the providers document.</summary>
internal static class Recordings
{
    public const string AnthropicStream = """
        event: message_start
        data: {"type":"message_start","message":{"id":"msg_01","type":"message","role":"assistant","model":"claude-opus-4-5-20251101","content":[],"stop_reason":null,"usage":{"input_tokens":12,"cache_creation_input_tokens":300,"cache_read_input_tokens":4000,"cache_creation":{"ephemeral_5m_input_tokens":100,"ephemeral_1h_input_tokens":200},"output_tokens":1,"service_tier":"standard"}}}

        event: content_block_start
        data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

        event: ping
        data: {"type": "ping"}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"a \"b\"\n"}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"x\":1}"}}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":0,"output_tokens":15,"server_tool_use":{"web_search_requests":2}}}

        event: message_stop
        data: {"type":"message_stop"}


        """;

    public const string AnthropicMessage = """
        {"id":"msg_02","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[{"type":"text","text":"Hi \"usage\":{\"input_tokens\":9}"},
        {"type":"tool_use","id":"toolu_1","name":"f","input":{"usage":{"input_tokens":77}}}],"stop_reason":"end_turn","usage":{"input_tokens":10,
        "cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":20,"service_tier":"batch"}}
        """;

    public const string ChatStream = """
        data: {"id":"chatcmpl-1","object":"chat.completion.chunk","model":"gpt-5-2025-08-07","service_tier":"default","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}

        data: {"id":"chatcmpl-1","model":"gpt-5-2025-08-07","choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":null}],"usage":null}

        data: {"id":"chatcmpl-1","model":"gpt-5-2025-08-07","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{}"}}]},"finish_reason":null}],"usage":null}

        data: {"id":"chatcmpl-1","model":"gpt-5-2025-08-07","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}

        data: {"id":"chatcmpl-1","model":"gpt-5-2025-08-07","choices":[],"usage":{"prompt_tokens":100,"completion_tokens":30,"total_tokens":130,"prompt_tokens_details":{"cached_tokens":64,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":20}}}

        data: [DONE]


        """;

    public const string ResponseStream = """
        event: response.created
        data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_1","status":"in_progress","model":"gpt-5","output":[],"usage":null,"error":null}}

        event: response.output_item.added
        data: {"type":"response.output_item.added","output_index":0,"item":{"type":"web_search_call","id":"ws_1"}}

        event: response.output_item.done
        data: {"type":"response.output_item.done","output_index":0,"item":{"type":"web_search_call","id":"ws_1"}}

        event: response.output_text.delta
        data: {"type":"response.output_text.delta","delta":"Hello"}

        event: response.output_text.done
        data: {"type":"response.output_text.done","text":"Hello"}

        event: response.completed
        data: {"type":"response.completed","response":{"id":"resp_1","status":"completed","model":"gpt-5","service_tier":"flex","output":[{"type":"web_search_call"},{"type":"message","content":[{"type":"output_text","text":"Hello"}]}],"usage":{"input_tokens":200,"input_tokens_details":{"cached_tokens":150},"output_tokens":40,"output_tokens_details":{"reasoning_tokens":30},"total_tokens":240}}}


        """;

    public const string GeminiStream = """
        data: {"candidates":[{"content":{"parts":[{"text":"Hel"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":50,"candidatesTokenCount":1,"thoughtsTokenCount":9,"totalTokenCount":60},"modelVersion":"gemini-2.5-pro","responseId":"r1"}

        data: {"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"key":["value",1]}}}],"role":"model"},"finishReason":"STOP","index":0,"groundingMetadata":{"webSearchQueries":["a","b"]}}],"usageMetadata":{"promptTokenCount":50,"candidatesTokenCount":7,"cachedContentTokenCount":20,"toolUsePromptTokenCount":5,"thoughtsTokenCount":11,"totalTokenCount":73},"modelVersion":"gemini-2.5-pro","responseId":"r1"}


        """;

    public const string GeminiArray = """
        [{"candidates":[{"content":{"parts":[{"text":"Hel"}]}}],"usageMetadata":{"promptTokenCount":50,"candidatesTokenCount":1}},
        {"candidates":[{"content":{"parts":[{"text":"lo"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":50,"candidatesTokenCount":2}}]
        """;

    public const string ChatAnswer = """
        {"id":"chatcmpl-2","object":"chat.completion","model":"gpt-4.1","choices":[{"index":0,"message":{"role":"assistant","content":"Hello","refusal":null},
        "finish_reason":"stop"}],"usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29},"service_tier":"priority"}
        """;
}
