using Entourage.Domain.Labels;
using Entourage.Domain.Sessions;
using Entourage.Testing;

namespace Entourage.Api.Tests.Gateway;

/// <summary>The budgets of labels, models, tokens, hours and minutes that a hunt has besides the cap of its team, and what they allow.</summary>
internal static class HuntRules
{
    /// <summary>The number of customers. The first calls without a label.</summary>
    public const int Customers = 3;

    private const string Customer = "customer";

    // The input of a call is billed at a fifth of the output, so a dollar buys more than 66,000 tokens.
    private const int TokensPerUsd = 70_000;

    /// <summary>Creates the budgets in the organisation of a team.</summary>
    public static async Task CreateAsync(TestTeam team, decimal capUsd, bool hasRate)
    {
        await AddAsync("label", "customer=c1", "day", usd: CustomerUsd(capUsd));
        await AddAsync("label", "customer=*", "day", tokens: CustomerTokens(capUsd));
        await AddAsync("model", "claude-*", "hour", usd: ModelUsd(capUsd));
        await AddAsync("agent", "*", "hour", tokens: AgentTokens(capUsd));
        if (hasRate)
        {
            await AddAsync("team", "*", "minute", usd: MinuteUsd(capUsd));
        }

        async Task AddAsync(string scope, string match, string period, decimal? usd = null, long? tokens = null) => _ = (await team.Api.PostAsync(
            "/budgets", new { scope, match, period, limit_usd = usd, limit_tokens = tokens, org_id = team.Organisation })).Created;
    }

    /// <summary>Checks what was recorded against each budget.</summary>
    public static void Check(IReadOnlyList<UsageRecord> records, IReadOnlyDictionary<Guid, LabelSet> labels, decimal capUsd, bool hasRate)
    {
        var byCustomer = records.ToLookup(record => labels[record.Id].Find(Customer) ?? "");
        Assert.That(byCustomer["c1"].Sum(UsdOf), Is.GreaterThan(0).And.LessThanOrEqualTo(CustomerUsd(capUsd)));
        foreach (var customer in byCustomer.Where(customer => customer.Key.Length > 0))
        {
            Assert.That(customer.Sum(TokensOf), Is.LessThanOrEqualTo(CustomerTokens(capUsd)), customer.Key);
        }

        foreach (var hour in records.GroupBy(record => record.OccurredAt.UtcDateTime.ToString("yyyy-MM-ddTHH", System.Globalization.CultureInfo.InvariantCulture)))
        {
            Assert.That(hour.Sum(UsdOf), Is.LessThanOrEqualTo(ModelUsd(capUsd)), hour.Key);
            Assert.That(hour.Sum(TokensOf), Is.LessThanOrEqualTo(AgentTokens(capUsd)), hour.Key);
        }

        foreach (var last in hasRate ? records : [])
        {
            var minute = records.Where(record => record.OccurredAt > last.OccurredAt.AddMinutes(-1) && record.OccurredAt <= last.OccurredAt).Sum(UsdOf);
            Assert.That(minute, Is.LessThanOrEqualTo(MinuteUsd(capUsd)));
        }
    }

    private static decimal CustomerUsd(decimal capUsd) => capUsd * 0.2m;

    private static decimal ModelUsd(decimal capUsd) => capUsd * 0.9m;

    private static decimal MinuteUsd(decimal capUsd) => capUsd * 0.6m;

    private static long CustomerTokens(decimal capUsd) => (long)(capUsd * 0.4m * TokensPerUsd);

    private static long AgentTokens(decimal capUsd) => (long)(capUsd * 1.1m * TokensPerUsd);

    private static decimal UsdOf(UsageRecord record) => record.Cost.ToUsd();

    private static long TokensOf(UsageRecord record) => record.InputTokens + record.OutputTokens + record.CacheReadTokens + record.CacheWriteTokens;
}
