using CsCheck;
using Entourage.Testing;

namespace Entourage.Api.Tests.Ledger;

/// <summary>
/// The product matches its model, and every rule holds, after every step of random sequences: starts, reservations, single and
/// batched usage, releases, extensions, ends, kills, pauses, changed limits and time zones, budgets of labels, models, tokens, hours and rates, and the
/// passing of time.
/// </summary>
// Takes minutes, so it runs beside tests of killed processes, which mostly wait.
[TestFixtureSource(typeof(Stores), nameof(Stores.All))]
internal sealed class LedgerModelTests(Store store)
{
    private static readonly int Sequences = Depth.Of(usual: 75, full: 2_000);
    private const int SequencesOfHost = 100;

    private static readonly Gen<(LimitStep[] Caps, RuleStep[] Rules, Step[] Steps)> Sequence =
        Gen.Select(Step.Cap.Array[1, 5], Step.Rule.Array[0, 3], Step.Any.Array[1, 24]);

    private ApiHost host = null!;
    private int taken;

    [OneTimeSetUp]
    public async Task StartAsync() => host = await ApiHost.StartAsync(store);

    [OneTimeTearDown]
    public async Task StopAsync() => await (host?.DisposeAsync() ?? default);

    [Test]
    public async Task Random_steps_match_the_model()
    {
        await Sequence.SampleAsync(
            CheckSequenceAsync, iter: Sequences, threads: 1, print: sequence => string.Join("\n", sequence.Caps.Concat<Step>(sequence.Rules).Concat(sequence.Steps)));

        Assert.That((await host.VerifyAsync()).Differences, Is.Empty);
    }

    private async Task CheckSequenceAsync((LimitStep[] Caps, RuleStep[] Rules, Step[] Steps) sequence)
    {
        if (++taken % SequencesOfHost == 0)
        {
            Assert.That((await host.VerifyAsync()).Differences, Is.Empty);
            await host.DisposeAsync();
            host = await ApiHost.StartAsync(store, host.Clock.GetUtcNow());
        }

        var world = await LedgerWorld.CreateAsync(host, sequence.Caps, sequence.Rules);
        foreach (var step in sequence.Steps)
        {
            await world.TakeAsync(step);
        }
    }
}
