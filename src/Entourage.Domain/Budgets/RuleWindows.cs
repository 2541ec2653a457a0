using System.Security.Cryptography;
using System.Text;
using Entourage.Domain.Sessions;

namespace Entourage.Domain.Budgets;

/// <summary>
/// The windows of rules. Their ids begin with the rule's number and the unit, so that the counters of a rule can be found, and fit into the id of any window.
/// </summary>
public static class RuleWindows
{
    private const char UsdMark = '$';
    private const char TokensMark = '#';
    private const char PartMark = '@';
    private const int HashedBytes = 8;

    /// <summary>The least id of a counter of a rule.</summary>
    // '#' is the character before '$', and '%' the one after it.
    public static string LeastId(long ruleId) => NumberText(ruleId) + TokensMark;

    /// <summary>The end of the ids of a rule's counters, exclusive.</summary>
    public static string EndId(long ruleId) => NumberText(ruleId) + '%';

    /// <summary>The beginning of the ids of a rule's counters in a unit.</summary>
    public static string BeginningOf(long ruleId, BudgetUnit unit) => NumberText(ruleId) + (unit == BudgetUnit.Usd ? UsdMark : TokensMark);

    /// <summary>Returns the number of the rule of a counter's id; null if the id is of another form.</summary>
    public static long? RuleOf(string scopeId)
    {
        ArgumentNullException.ThrowIfNull(scopeId);
        var end = scopeId.AsSpan().IndexOfAny(UsdMark, TokensMark);
        return end > 0 ? ParseNumber(scopeId.AsSpan(0, end)) : null;
    }

    /// <summary>
    /// Returns the first day whose windows are kept: short windows are purged once no usage can count in them. A day more is kept than is checked.
    /// </summary>
    /// <param name="period">The period.</param>
    /// <param name="now">The current time (UTC).</param>
    /// <returns>A day; <see cref="BudgetCalendar.Always"/> if all windows of the period are kept.</returns>
    public static DateOnly FirstKept(BudgetPeriod period, DateTimeOffset now) => period switch
    {
        BudgetPeriod.Minute => Today(now).AddDays(-3),
        BudgetPeriod.Hour => Today(now).AddDays(-(int)UsageRecord.OldestBack.TotalDays - 3),
        _ => BudgetCalendar.Always,
    };

    /// <summary>Returns the first day whose windows are complete in every time zone.</summary>
    /// <inheritdoc cref="FirstKept"/>
    public static DateOnly FirstChecked(BudgetPeriod period, DateTimeOffset now) =>
        FirstKept(period, now) is var kept && kept > BudgetCalendar.Always ? kept.AddDays(1) : kept;

    private static DateOnly Today(DateTimeOffset now) => DateOnly.FromDateTime(now.UtcDateTime);

    /// <summary>Returns the budget of a rule in the window that contains an instant.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="item">The item of its scope.</param>
    /// <param name="unit">The unit.</param>
    /// <param name="limit">The limit, in the unit.</param>
    /// <param name="calendar">The calendar of its windows.</param>
    /// <param name="instant">When the money was spent.</param>
    internal static Budget BudgetOf(BudgetRule rule, string item, BudgetUnit unit, Money limit, BudgetCalendar calendar, DateTimeOffset instant)
    {
        var id = BeginningOf(rule.Id, unit) + (rule.IsForEach ? HashOf(item) : "");
        if (rule.IsRate)
        {
            return RateWindow.BudgetOf(new(BudgetScope.Rule, id, BudgetPeriod.Minute, BudgetCalendar.Always), limit, instant) with { Rule = rule, Item = item, Unit = unit };
        }

        var span = calendar.SpanOf(rule.Period, instant, rule.StartsOn);
        var scopeId = rule.Period == BudgetPeriod.Hour ? PartOf(id, span.StartsAt!.Value.UtcTicks / TimeSpan.TicksPerMinute) : id;
        return new(new(BudgetScope.Rule, scopeId, rule.Period, span.First), limit, rule.Enforcement, span.EndsAt)
        {
            StartsAt = span.StartsAt,
            Rule = rule,
            Item = item,
            Unit = unit,
        };
    }

    /// <summary>Returns the id of a part of a window.</summary>
    internal static string PartOf(string id, long number) => id + PartMark + NumberText(number);

    private static string HashOf(string item)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(item), hash);
        return Convert.ToHexStringLower(hash[..HashedBytes]);
    }

    // In base 36, which needs few characters.
    private static string NumberText(long number)
    {
        Span<char> digits = stackalloc char[13];
        var at = digits.Length;
        do
        {
            digits[--at] = "0123456789abcdefghijklmnopqrstuvwxyz"[(int)(number % 36)];
            number /= 36;
        }
        while (number > 0);

        return new(digits[at..]);
    }

    private static long? ParseNumber(ReadOnlySpan<char> text)
    {
        long number = 0;
        foreach (var digit in text)
        {
            var value = char.IsAsciiDigit(digit) ? digit - '0' : char.IsAsciiLetterLower(digit) ? digit - 'a' + 10 : -1;
            if (value < 0 || number > long.MaxValue / 37)
            {
                return null;
            }

            number = (number * 36) + value;
        }

        return number;
    }
}

/// <summary>
/// The window of a rate: the last 60 seconds. It is counted in parts of 5 seconds, and the part that has only partly left the window counts in full, so the
/// limit holds in any 60 seconds. The parts of the next 30 seconds count too: other replicas have other clocks, and while a call waited for its turn, later
/// ones may have been counted.
/// </summary>
public static class RateWindow
{
    /// <summary>The length of a part.</summary>
    public static readonly TimeSpan Part = TimeSpan.FromSeconds(5);

    /// <summary>The length of the window.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromMinutes(1);

    /// <summary>How far ahead of the clock usage counts already.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromSeconds(30);

    private static readonly int EarlierParts = (int)(Length / Part);
    private static readonly int LaterParts = (int)(Ahead / Part);

    /// <summary>Returns when the oldest part that counts at an instant began (UTC).</summary>
    public static DateTimeOffset FirstAt(DateTimeOffset instant) => StartOf(PartAt(instant) - EarlierParts);

    /// <summary>Returns the budget of a rate at an instant.</summary>
    /// <param name="held">The window in which reservations count. They count until they end, whatever the time.</param>
    /// <param name="limit">The limit.</param>
    /// <param name="instant">When the money was spent.</param>
    internal static Budget BudgetOf(BudgetWindow held, Money limit, DateTimeOffset instant)
    {
        var part = PartAt(instant);
        var parts = new RatePart[EarlierParts + 1 + LaterParts];
        for (var i = 0; i < parts.Length; i++)
        {
            var number = part - EarlierParts + i;
            parts[i] = new(WindowOf(held, number), LeavesAt(number));
        }

        return new(parts[EarlierParts].Window, limit, Enforcement.Hard, ResetsAt: null)
        {
            StartsAt = StartOf(part - EarlierParts),
            Rate = new(held, parts, LeavesAt(part), StartOf(part), StartOf(part + 1)),
        };
    }

    private static BudgetWindow WindowOf(BudgetWindow held, long part) => held with
    {
        ScopeId = RuleWindows.PartOf(held.ScopeId, part),
        Start = DateOnly.FromDateTime(StartOf(part).UtcDateTime),
    };

    private static long PartAt(DateTimeOffset instant) => instant.UtcTicks / Part.Ticks;

    private static DateTimeOffset StartOf(long part) => new(part * Part.Ticks, TimeSpan.Zero);

    private static DateTimeOffset LeavesAt(long part) => StartOf(part + 1 + EarlierParts);
}

/// <summary>The windows of a rate at an instant.</summary>
/// <param name="Held">The window in which its reservations count.</param>
/// <param name="Parts">The parts that count, the oldest first.</param>
/// <param name="LeavesAt">When the present part no longer counts (UTC).</param>
/// <param name="PartBegan">When the present part began (UTC).</param>
/// <param name="PartEnds">When the present part ends and the oldest one no longer counts (UTC).</param>
public sealed record BudgetRate(
    BudgetWindow Held, IReadOnlyList<RatePart> Parts, DateTimeOffset LeavesAt, DateTimeOffset PartBegan, DateTimeOffset PartEnds);

/// <summary>A part of the window of a rate.</summary>
/// <param name="Window">Where it is counted.</param>
/// <param name="LeavesAt">When it no longer counts (UTC).</param>
public readonly record struct RatePart(BudgetWindow Window, DateTimeOffset LeavesAt);
