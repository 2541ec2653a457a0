using System.Collections.Concurrent;
using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Ledger;

/// <summary>Reports usages of one cent in one session, each under its own key, and remembers their answers.</summary>
/// <param name="session">The session's number.</param>
internal sealed class CentUsages(long session)
{
    private readonly ConcurrentDictionary<string, HttpStatusCode> answered = new();

    /// <summary>The keys of the acknowledged usages.</summary>
    public IReadOnlyList<string> Acknowledged => [.. answered.Where(cent => cent.Value == HttpStatusCode.OK).Select(cent => cent.Key)];

    /// <summary>The keys of usages that were refused and not acknowledged since.</summary>
    public IReadOnlyList<string> Refused => [.. answered.Where(cent => cent.Value != HttpStatusCode.OK).Select(cent => cent.Key)];

    /// <summary>Reports one usage.</summary>
    public async Task<Answer> ReportAsync(ApiClient api, string key)
    {
        var answer = await api.PostAsync($"/sessions/{session}/usage", """{"input_tokens": 1, "output_tokens": 1, "cost_usd": 0.01}""", key);
        answered[key] = answer.Status;
        return answer;
    }

    /// <summary>Reports usages until one is refused or the server is gone.</summary>
    /// <returns>The refusal; null if the server is gone.</returns>
    public async Task<Answer?> ReportUntilRefusedAsync(ApiClient api, string name)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                if (await ReportAsync(api, $"{name}-{i}") is { Status: not HttpStatusCode.OK } refusal)
                {
                    return refusal;
                }
            }
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Checks that exactly the acknowledged usages are recorded.</summary>
    public async Task CheckAsync(ApiClient api) =>
        Assert.That((await api.GetAsync($"/sessions/{session}")).Ok.Usd("cost_usd"), Is.EqualTo(Acknowledged.Count * 0.01m));

    /// <summary>Resends the refused usages, none of which may have been recorded.</summary>
    public async Task RepeatRefusedAsync(ApiClient api)
    {
        foreach (var key in Refused)
        {
            var answer = await ReportAsync(api, key);
            Assert.That((answer.Status, answer.Header("Idempotent-Replayed")), Is.EqualTo((HttpStatusCode.OK, (string?)null)), answer.Text);
        }
    }

    /// <summary>Resends the acknowledged usages, which must be replayed.</summary>
    public Task RepeatAcknowledgedAsync(ApiClient api) => Task.WhenAll(Acknowledged.Select(async key =>
        Assert.That((await ReportAsync(api, key)).Header("Idempotent-Replayed"), Is.EqualTo("true"))));
}
