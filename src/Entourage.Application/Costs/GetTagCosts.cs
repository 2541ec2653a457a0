using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Domain.Costs;
using Entourage.Domain.Tasks;
using Entourage.Domain.Teams;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Costs;

/// <summary>
/// Reads the costs of a range by tag, most expensive first. A task with several tags counts under each of them. Tags that set a cap are left out.
/// </summary>
/// <param name="Subject">The team or the organisation.</param>
/// <param name="Filter">The range and the filters.</param>
public sealed record GetTagCostsQuery(Audience Subject, CostFilter Filter) : IQuery<IReadOnlyList<TagCostResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Subject.RequiredPermission();
}

/// <summary>The costs of the tasks with a tag.</summary>
/// <param name="Tag">The tag.</param>
public sealed record TagCostResponse(string Tag) : CostRow;

internal sealed class GetTagCostsHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<GetTagCostsQuery, IReadOnlyList<TagCostResponse>>
{
    public async Task<IReadOnlyList<TagCostResponse>> Handle(GetTagCostsQuery request, CancellationToken cancellationToken)
    {
        var subject = await CostSubject.OfAsync(db, request.Subject, cancellationToken);
        var filter = request.Filter;
        var range = CostRange.Of(filter.From, filter.To, filter.Period, subject.Calendar, time.GetUtcNow());
        var totals = await db.InSnapshotAsync(
            inTransaction => new CostReader(db, subject, filter, range).ReadUsageTotalsAsync(byHour: false, inTransaction), cancellationToken);
        var teams = subject.Teams;
        var tasks = await db.Tasks.AsNoTracking()
            .Where(task => teams.Contains(task.TeamId))
            .Select(task => new { task.Id, task.Tags })
            .ToListAsync(cancellationToken);
        var byTag = new Dictionary<string, UsageSum>(StringComparer.Ordinal);
        foreach (var task in tasks)
        {
            if (totals.ByTask.TryGetValue(task.Id, out var sum))
            {
                foreach (var tag in task.Tags.Where(tag => !BudgetTag.IsBudget(tag)).Distinct(StringComparer.Ordinal))
                {
                    byTag.AddTo(tag, sum);
                }
            }
        }

        return byTag.Rows(tag => new TagCostResponse(tag));
    }
}
