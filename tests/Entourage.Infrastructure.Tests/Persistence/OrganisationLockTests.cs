using Entourage.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Infrastructure.Tests.Persistence;

/// <summary>An organisation's lock is held by one transaction at a time, on every store and across processes.</summary>
[TestFixtureSource(typeof(Testing.Stores), nameof(Testing.Stores.All))]
internal sealed class OrganisationLockTests(Store store)
{
    private TestDatabase database = null!;

    [SetUp]
    public async Task CreateAsync() => database = await TestDatabase.CreateAsync(store);

    [TearDown]
    public async Task RemoveAsync() => await (database?.DisposeAsync() ?? default);

    [Test]
    [CancelAfter(Patience.LimitMilliseconds)]
    public async Task Second_transaction_waits_until_the_first_has_ended(CancellationToken cancellationToken)
    {
        await using var first = await Contexts.MigratedAsync(database);
        await using var second = Contexts.Registered(database);
        var organisation = Guid.CreateVersion7();
        var order = new List<string>();
        var locked = new TaskCompletionSource();
        var ending = new TaskCompletionSource();

        var holder = LockAsync(first, async () =>
        {
            locked.SetResult();
            await ending.Task;
            order.Add("first");
        });
        await locked.Task.WaitAsync(cancellationToken);
        var waiter = LockAsync(second, () =>
        {
            order.Add("second");
            return Task.CompletedTask;
        });

        // Without the lock, the second would nearly always have ended after some other queries.
        for (var i = 0; i < 10; i++)
        {
            Assert.That(await first.UseAsync(db => db.Organisations.CountAsync(cancellationToken)), Is.Zero);
        }

        Assert.That(waiter.IsCompleted, Is.False);
        ending.SetResult();
        await Task.WhenAll(holder, waiter);

        Assert.That(order, Is.EqualTo(new[] { "first", "second" }));

        Task<bool> LockAsync(ServiceProvider services, Func<Task> work) => services.UseAsync(db => db.InTransactionAsync(
            async token =>
            {
                await db.LockOrganisationAsync(organisation, token);
                await work();
                return true;
            },
            cancellationToken));
    }

    [Test]
    public async Task Lock_outside_a_transaction_is_refused()
    {
        await using var services = await Contexts.MigratedAsync(database);
        Assert.That(
            async () => await services.UseAsync(async db =>
            {
                await db.LockOrganisationAsync(Guid.CreateVersion7(), CancellationToken.None);
                return true;
            }),
            Throws.InvalidOperationException);
    }
}
