using Microsoft.EntityFrameworkCore.Storage;

namespace Entourage.Infrastructure.Persistence;

/// <summary>
/// Repeats queries outside transactions after a transient fault. A transaction is repeated as a whole, by <see cref="SqlServerEntourageDb"/>.
/// </summary>
/// <param name="dependencies">The services of Entity Framework.</param>
/// <param name="limit">The time for all attempts together.</param>
internal sealed class SqlServerExecutionStrategy(ExecutionStrategyDependencies dependencies, TimeSpan limit)
    : ExecutionStrategy(dependencies, int.MaxValue, TimeSpan.Zero)
{
    private RetryPatience? patience;

    /// <inheritdoc/>
    protected override bool ShouldRetryOn(Exception exception) => SqlServerFaults.IsTransient(exception);

    /// <inheritdoc/>
    protected override TimeSpan? GetNextDelay(Exception lastException) => patience!.NextDelay();

    /// <inheritdoc/>
    protected override void OnFirstExecution()
    {
        base.OnFirstExecution();
        patience = new(limit);
    }
}
