using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Domain;
using Entourage.Domain.Tasks;
using MediatR;

namespace Entourage.Application.Tasks;

/// <summary>Lists the usual cost of each kind of work.</summary>
public sealed record ListGuidelinesQuery : IQuery<IReadOnlyList<GuidelineResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent();
}

/// <summary>The usual cost of a kind of work, and the amount above which something is probably wrong.</summary>
/// <param name="Name">The kind of work.</param>
/// <param name="TaskType">The task type; null for the daily total of a team.</param>
/// <param name="ReasonableFromUsd">The lower end of a reasonable budget (USD).</param>
/// <param name="ReasonableToUsd">The upper end of a reasonable budget (USD).</param>
/// <param name="RedFlagAboveUsd">The amount above which spending is a red flag (USD).</param>
public sealed record GuidelineResponse(string Name, TaskType? TaskType, Money ReasonableFromUsd, Money ReasonableToUsd, Money RedFlagAboveUsd);

internal sealed class ListGuidelinesHandler : IRequestHandler<ListGuidelinesQuery, IReadOnlyList<GuidelineResponse>>
{
    public Task<IReadOnlyList<GuidelineResponse>> Handle(ListGuidelinesQuery request, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<GuidelineResponse>>([.. SpendGuideline.All.Select(guideline => new GuidelineResponse(
            guideline.Name, guideline.TaskType, guideline.ReasonableFrom, guideline.ReasonableTo, guideline.RedFlagAbove))]);
}
