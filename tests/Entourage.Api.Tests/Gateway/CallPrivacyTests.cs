using System.Text;
using Entourage.Testing;
using Microsoft.AspNetCore.Http;

namespace Entourage.Api.Tests.Gateway;

/// <summary>Prompts and completions are in no store, log, metric or event, whatever becomes of a call.</summary>
internal sealed class CallPrivacyTests
{
    private const string Prompt = "a-prompt-that-nobody-may-keep";
    private const string Completion = "a-completion-that-nobody-may-keep";
    private const string ProviderKey = "sk-that-nobody-may-keep";

    [Test]
    public async Task Neither_prompts_nor_completions_nor_the_provider_key_are_kept_anywhere()
    {
        using var logs = new LogRecorder();
        await using var provider = await FakeProvider.StartAsync();
        var settings = new Dictionary<string, string>(LogRecorder.Talkative)
        {
            ["Gateway:Upstreams:anthropic:BaseUrl"] = provider.Url,
            ["Gateway:Upstreams:anthropic:ApiKey"] = ProviderKey,
        };
        await using var host = await ApiHost.StartAsync(Store.Sqlite, TimeProvider.System.GetUtcNow(), settings, logs.AddTo);
        var team = await host.Api.CreateTeamAsync();
        var answer = $$$"""{"id":"msg","model":"{{{ApiClient.ListedModel}}}","content":[{"type":"text","text":"{{{Completion}}}"}],"usage":{"input_tokens":10,"output_tokens":10}}""";
        Func<HttpContext, Task>[] answers =
        [
            context => FakeProvider.AnswerJsonAsync(context, answer),
            context => FakeProvider.AnswerJsonAsync(context, $$"""{"error":"{{Completion}}"}""", StatusCodes.Status400BadRequest),
            context => FakeProvider.StreamAsync(context, $"data: {{{Completion}\n\n"),
            context =>
            {
                context.Abort();
                return Task.CompletedTask;
            },
        ];
        foreach (var given in answers)
        {
            provider.Answer = (context, _) => given(context);
            await CallAsync($$"""{"model":"{{ApiClient.ListedModel}}","max_tokens":100,"messages":[{"role":"user","content":"{{Prompt}}"}]}""");
        }

        // Refused: not JSON, and too expensive.
        await CallAsync($"{{{Prompt}");
        await team.ConfigureAsync(new { daily_cost_limit_usd = 0m });
        await CallAsync($$"""{"model":"{{ApiClient.ListedModel}}","max_tokens":100,"messages":[{"role":"user","content":"{{Prompt}}"}]}""");

        string[] secrets = [Prompt, Completion, ProviderKey];
        Assert.That(provider.Calls, Has.Count.EqualTo(answers.Length));
        Assert.That(Encoding.UTF8.GetString(provider.Calls.First().Body), Does.Contain(Prompt));
        Assert.That(logs.With(secrets), Is.Empty);
        Assert.That(logs.Lines, Has.Count.GreaterThan(100));
        var metrics = await host.Api.Http.GetStringAsync("/metrics");
        foreach (var secret in secrets)
        {
            Assert.That(metrics, Does.Not.Contain(secret));
            foreach (var file in Directory.GetFiles(Path.GetDirectoryName(host.Database.FilePath)!))
            {
                Assert.That((await File.ReadAllBytesAsync(file)).AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)), Is.Negative, file);
            }
        }

        async Task CallAsync(string body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/gateway/anthropic/v1/messages") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            request.Headers.Add("X-Entourage-Agent", team.Agent);
            try
            {
                using var _ = await host.Api.Http.SendAsync(request);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                // The provider broke off.
            }
        }
    }
}
