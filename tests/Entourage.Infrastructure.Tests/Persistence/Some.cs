namespace Entourage.Infrastructure.Tests.Persistence;

/// <summary>Rows written past every rule of ours, to see what the file itself takes.</summary>
internal static class Some
{
    private static readonly byte[] OrganisationId = [.. Enumerable.Repeat((byte)1, 16)];
    private static readonly byte[] TeamId = [.. Enumerable.Repeat((byte)2, 16)];
    private static readonly byte[] AgentId = [.. Enumerable.Repeat((byte)3, 16)];

    public static FormattableString Organisation =>
        $"INSERT INTO Organisations (Id, Name, Slug, CreatedAt, Version) VALUES ({OrganisationId}, 'Acme', 'acme', 0, 0)";

    public static FormattableString Team =>
        $"""
         INSERT INTO Teams (Id, OrganisationId, Name, Slug, Timezone, CreatedAt, Version, ApplyGuidelineBudgets, Enforcement, OnExceed, UnpricedModels)
         VALUES ({TeamId}, {OrganisationId}, 'Core', 'core', 'UTC', 0, 0, 0, 'Hard', 0, 'Record')
         """;

    /// <summary>A session that began a while after the epoch, with a usage before that and one after it.</summary>
    public static IEnumerable<FormattableString> SessionOfAnEarlierVersion(TimeSpan after)
    {
        var epoch = DateTime.UnixEpoch.Ticks;
        yield return $"""
            INSERT INTO Teams (Id, OrganisationId, Name, Slug, Timezone, Status, CreatedAt, Version, ApplyGuidelineBudgets, Enforcement, UnpricedModels)
            VALUES ({TeamId}, {OrganisationId}, 'Core', 'core', 'UTC', 'Active', 0, 0, 0, 'Hard', 'Record')
            """;
        yield return $"INSERT INTO Agents (Id, TeamId, Name, Role, CreatedAt, Version) VALUES ({AgentId}, {TeamId}, 'eng-1', 'Engineer', 0, 0)";
        yield return $"""
            INSERT INTO Sessions (Id, TeamId, AgentId, Ancestors, Model, Status, StartedAt, InputTokens, OutputTokens, CacheReadTokens, CacheWriteTokens, Cost, ImputedCost, Version)
            VALUES (1, {TeamId}, {AgentId}, '[]', NULL, 'Active', {epoch + after.Ticks}, 0, 0, 0, 0, 0, 0, 0)
            """;
        foreach (var quarter in new[] { epoch - TimeSpan.FromMinutes(15).Ticks, epoch })
        {
            yield return $"""
                INSERT INTO UsageRollups (TeamId, QuarterAt, SessionId, Model, InputTokens, OutputTokens, CacheReadTokens, CacheWriteTokens, UnpricedTokens, CostNanoUsd, ImputedCostNanoUsd)
                VALUES ({TeamId}, {quarter}, 1, '', 1, 1, 0, 0, 0, 5, 0)
                """;
        }
    }
}
