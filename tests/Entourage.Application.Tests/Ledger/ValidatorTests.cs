using System.Runtime.CompilerServices;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Agents;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;
using FluentValidation;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

internal sealed class ValidatorTests
{
    private static readonly RecordUsageCommand Usage = new(1, 0, 0, null, null, null, false, null, null, null, null, null, Billing.Api, null);

    private static readonly ReserveSpendCommand Amount = new(1, Usd(1), null, null, null, null, null, null, null);

    private static readonly ReserveSpendCommand Tokens = new(1, null, null, 1, 1, null, null, null, null);

    private static readonly string Control = "a\u0001";

    private static IEnumerable<TestCaseData> Usages =>
    [
        Case(Usage, ""),
        Case(Usage with { InputTokens = null }, "InputTokens"),
        Case(Usage with { OutputTokens = null }, "OutputTokens"),
        Case(Usage with { InputTokens = -1 }, "InputTokens"),
        Case(Usage with { OutputTokens = TokenCounts.LargestInput + 1 }, "OutputTokens"),
        Case(Usage with { CacheReadTokens = -1 }, "CacheReadTokens"),
        Case(Usage with { CacheWriteTokens = -1 }, "CacheWriteTokens"),
        Case(Usage with { CacheWriteTokens = 5, LongCacheWriteTokens = 5 }, ""),
        Case(Usage with { CacheWriteTokens = 5, LongCacheWriteTokens = 6 }, "cache_write_1h_tokens"),
        Case(Usage with { LongCacheWriteTokens = 1 }, "cache_write_1h_tokens"),
        Case(Usage with { CacheWriteTokens = 5, LongCacheWriteTokens = -1 }, "cache_write_1h_tokens"),
        Case(Usage with { CostUsd = Usd(-1) }, "CostUsd"),
        Case(Usage with { Model = new('a', Agent.ModelLength + 1) }, "Model"),
        Case(Usage with { Model = " " }, "Model"),
        Case(Usage with { Error = new('a', Session.ErrorLength) }, ""),
        Case(Usage with { Error = new('a', Session.ErrorLength + 1) }, "Error"),
    ];

    private static IEnumerable<TestCaseData> Reservations =>
    [
        Case(Amount, ""),
        Case(Tokens, ""),
        Case(Amount with { EstimatedCostUsd = null }, "EstimatedCostUsd"),
        Case(Amount with { EstimatedCostUsd = Usd(-1) }, "EstimatedCostUsd"),
        Case(Tokens with { EstimatedCostUsd = Usd(1) }, "EstimatedCostUsd"),
        Case(Amount with { EstimatedCostUsd = null, Model = "acme-1" }, "InputTokens,MaxOutputTokens"),
        Case(Tokens with { InputTokens = null }, "InputTokens"),
        Case(Tokens with { MaxOutputTokens = null }, "MaxOutputTokens"),
        Case(Tokens with { InputTokens = -1 }, "InputTokens"),
        Case(Tokens with { MaxOutputTokens = -1 }, "MaxOutputTokens"),
        Case(Tokens with { CacheWriteTokens = -1 }, "CacheWriteTokens"),
        Case(Tokens with { CacheWriteTokens = 5, LongCacheWriteTokens = 5 }, ""),
        Case(Tokens with { CacheWriteTokens = 5, LongCacheWriteTokens = 6 }, "cache_write_1h_tokens"),
        Case(Tokens with { CacheWriteTokens = 5, LongCacheWriteTokens = -1 }, "cache_write_1h_tokens"),
        Case(Tokens with { LongCacheWriteTokens = 1 }, "cache_write_1h_tokens"),
        Case(Tokens with { Model = Control }, "Model"),
        Case(Amount with { TtlSeconds = 1 }, ""),
        Case(Amount with { TtlSeconds = 0 }, "TtlSeconds"),
        Case(Amount with { TtlSeconds = 3_601 }, "TtlSeconds"),
    ];

    [TestCaseSource(nameof(Usages))]
    public void A_usage_names_its_faulty_members(RecordUsageCommand command, string faults) => AssertFaults(new RecordUsageValidator(), command, faults);

    [TestCaseSource(nameof(Reservations))]
    public void A_reservation_names_its_faulty_members(ReserveSpendCommand command, string faults) => AssertFaults(new ReserveSpendValidator(), command, faults);

    [TestCase(null, "TtlSeconds")]
    [TestCase(0, "TtlSeconds")]
    [TestCase(3_600, "")]
    public void An_extension_needs_a_time(long? seconds, string faults) =>
        AssertFaults(new ExtendReservationValidator(), new ExtendReservationCommand(Guid.Empty, seconds, null), faults);

    [TestCase("enough", "")]
    [TestCase("", "Reason")]
    [TestCase("a\nb", "Reason")]
    public void A_kill_and_a_pause_need_a_reason_of_one_line(string reason, string faults)
    {
        AssertFaults(new KillSessionValidator(), new KillSessionCommand(1, reason), faults);
        AssertFaults(new PauseValidator(), new PauseCommand(PauseScope.Agent, Guid.Empty, reason, null), faults);
    }

    [TestCase(null, "")]
    [TestCase("a\nb", "Reason")]
    public void The_end_of_a_pause_may_have_a_reason_of_one_line(string? reason, string faults) =>
        AssertFaults(new ResumeValidator(), new ResumeCommand(PauseScope.Agent, Guid.Empty, reason), faults);

    [Test]
    public void A_start_needs_an_agent_and_names_of_one_line()
    {
        var start = new StartSessionCommand(Guid.NewGuid(), null, null, null, null, null);
        AssertFaults(new StartSessionValidator(), start, "");
        AssertFaults(new StartSessionValidator(), start with { AgentId = null, Model = "a\nb", ParentToken = " " }, "AgentId,Model,ParentToken");
        AssertFaults(new StartSessionValidator(), start with { ParentToken = new('x', 101) }, "ParentToken");
    }

    [TestCase(null, "")]
    [TestCase("line\nline", "")]
    [TestCase("a\0", "Error")]
    public void The_error_of_a_session_is_text(string? error, string faults) =>
        AssertFaults(new EndSessionValidator(), new EndSessionCommand(1, null, error), faults);

    [TestCase(0, "Items")]
    [TestCase(1, "")]
    [TestCase(1_000, "")]
    [TestCase(1_001, "Items")]
    public void A_batch_has_1_to_1000_items(int count, string faults) =>
        AssertFaults(new RecordUsageBatchValidator(), new RecordUsageBatchCommand([.. Enumerable.Repeat(new UsageBatchItem(Usage), count)], null), faults);

    private static TestCaseData Case<T>(T command, string faults, [CallerArgumentExpression(nameof(command))] string text = "") =>
        new TestCaseData(command, faults).SetArgDisplayNames(text, faults);

    private static void AssertFaults<T>(AbstractValidator<T> validator, T command, string faults) => Assert.That(
        string.Join(',', validator.Validate(command).Errors.Select(fault => fault.PropertyName).Distinct()),
        Is.EqualTo(faults));
}
