using static Entourage.Gateway.Tests.Formats.Requests;

namespace Entourage.Gateway.Tests.Formats;

internal sealed class InputBoundTests
{
    private static readonly long Empty = Message("""{"model":"m","messages":[{"role":"user","content":""}]}""").InputTokens;

    // The counts are the greatest of three tokenizers (o200k, cl100k and Claude's).
    [TestCase("The reservation is kept until the call has ended, and then it is committed.", 16)]
    [TestCase("今天天气很好,我们去公园散步吧。", 20)]
    [TestCase("550e8400-e29b-41d4-a716-446655440000", 24)]
    [TestCase("🎉🧑‍🚀🦄", 14)]
    [TestCase("a b c d e f g h i j", 9)]
    public void Text_counts_at_least_what_tokenizers_make_of_it(string text, int tokens) => Assert.That(TextTokens(text), Is.InRange(tokens, text.Length * 4));

    [Test]
    public void Every_byte_counts_half_a_token_at_least_and_one_at_most() =>
        Assert.That((TextTokens(new('e', 1000)), TextTokens(new('7', 1000)), TextTokens(new('é', 500))), Is.EqualTo((500L, 1000L, 1000L)));

    [Test]
    public void White_space_between_values_is_free() =>
        Assert.That(Message($$"""{"model":"m",{{new string(' ', 10_000)}}"messages":[{"role":"user","content":""}]}""").InputTokens, Is.EqualTo(Empty));

    [TestCase("""{"type":"image","source":{"type":"base64","media_type":"image/png","data":"DATA"}}""", 5_000)]
    [TestCase("""{"type":"image","source":{"data":"DATA","type":"base64","media_type":"image/png"}}""", 5_000)]
    [TestCase("""{"type":"tool_result","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"DATA"}}]}""", 5_000)]
    [TestCase("""{"type":"image","source":{"type":"url","url":"https://x"}}""", 5_000)]
    [TestCase("""{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"DATA"}}""", 100_002)]
    [TestCase("""{"type":"document","source":{"type":"file","file_id":"file_1"}}""", 200_000)]
    [TestCase("""{"type":"document","source":{"type":"text","media_type":"text/plain","data":"DATA"}}""", 50_000)]
    [TestCase("""{"type":"tool_use","input":{"source":{"type":"base64","media_type":"image/png","data":"DATA"}}}""", 50_000)]
    [TestCase("""{"type":"text","text":"DATA"}""", 50_000)]
    public void Attachment_of_a_message_counts_as_stated(string block, long expected)
    {
        var request = Message($$"""{"model":"m","messages":[{"role":"user","content":[{{WithData(block)}}]}]}""");
        Assert.That(request.InputTokens - Empty, Is.InRange(expected, expected + 150));
    }

    [TestCase("""{"type":"image_url","image_url":{"url":"data:image/png;base64,DATA","detail":"high"}}""", 16_000)]
    [TestCase("""{"type":"image_url","image_url":{"url":"https://x"}}""", 16_000)]
    [TestCase("""{"type":"image_url","image_url":"https://x"}""", 16_000)]
    [TestCase("""{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,DATA"}}""", 100_000)]
    [TestCase("""{"type":"file","file":{"file_id":"file-1"}}""", 200_000)]
    [TestCase("""{"type":"text","text":"DATA"}""", 50_000)]
    public void Attachment_of_a_chat_counts_as_stated(string block, long expected) => Assert.That(
        Chat($$"""{"model":"gpt-5","messages":[{"role":"user","content":[{{WithData(block)}}]}]}""").InputTokens, Is.InRange(expected, expected + 250));

    [TestCase("""{"role":"user","content":[{"type":"input_image","image_url":"data:image/png;base64,DATA"}]}""", 16_000)]
    [TestCase("""{"role":"user","content":[{"type":"input_file","file_data":"data:application/pdf;base64,DATA"}]}""", 100_000)]
    [TestCase("""{"role":"user","content":[{"type":"input_file","file_url":"https://x"}]}""", 200_000)]
    [TestCase("""{"type":"function_call_output","call_id":"c","output":[{"type":"input_image","image_url":"data:image/png;base64,DATA"}]}""", 16_000)]
    [TestCase("""{"type":"computer_call_output","call_id":"c","output":{"type":"computer_screenshot","image_url":"data:image/png;base64,DATA"}}""", 16_000)]
    [TestCase("""{"type":"image_generation_call","id":"ig_1","result":"DATA"}""", 16_000)]
    [TestCase("""{"type":"reasoning","id":"rs_1","summary":[]}""", 4_000)]
    [TestCase("""{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"DATA"}""", 50_000)]
    public void Attachment_of_a_response_counts_as_stated(string item, long expected) =>
        Assert.That(Response($$"""{"model":"gpt-5","input":[{{WithData(item)}}]}""").InputTokens, Is.InRange(expected, expected + 250));

    [TestCase("""{"inlineData":{"mimeType":"image/png","data":"DATA"}}""", 5_000)]
    [TestCase("""{"inline_data":{"data":"DATA","mime_type":"image/png"}}""", 5_000)]
    [TestCase("""{"inlineData":{"mimeType":"application/pdf","data":"DATA"}}""", 100_000)]
    [TestCase("""{"inlineData":{"mimeType":"audio/mp3","data":"DATA"}}""", 6_250)]
    [TestCase("""{"fileData":{"mimeType":"application/pdf","fileUri":"https://x"}}""", 200_000)]
    [TestCase("""{"fileData":{"fileUri":"https://youtube"}}""", 1_000_000)]
    [TestCase("""{"text":"DATA"}""", 50_000)]
    public void Attachment_of_a_generation_counts_as_stated(string part, long expected) => Assert.That(
        Generation($$"""{"contents":[{"role":"user","parts":[{{WithData(part)}}]}]}""").InputTokens, Is.InRange(expected, expected + 200));

    [Test]
    public void Image_of_a_model_with_inflated_images_counts_more() => Assert.That(
        Chat("""{"model":"gpt-4o-mini","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x"}}]}]}""").InputTokens,
        Is.GreaterThan(50_000));

    [Test]
    public void Tools_of_the_provider_add_their_instructions() => Assert.That(
        Message("""{"model":"m","tools":[{"type":"computer_20250124"}]}""").InputTokens - Message("""{"model":"m","tools":[]}""").InputTokens,
        Is.GreaterThan(2_048));

    private static string WithData(string block) => block.Replace("DATA", new string('a', 100_000), StringComparison.Ordinal);

    private static long TextTokens(string text) =>
        Message($$"""{"model":"m","messages":[{"role":"user","content":"{{text}}"}]}""").InputTokens - Empty;
}
