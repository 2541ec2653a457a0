using System.Runtime.CompilerServices;
using Entourage.Application.Abstractions;
using Entourage.Application.Sessions;
using Entourage.Domain;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Costs;

/// <summary>Lists what every session of a team used in a range, the newest first, one after the other.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="Filter">What to cover.</param>
public sealed record ExportTeamCostsQuery(Guid TeamId, CostFilter Filter) : IRequest<IAsyncEnumerable<SessionCostResponse>>;

/// <summary>Lists what every session of an organisation used in a range, the newest first, one after the other.</summary>
/// <param name="OrganisationId">The organisation.</param>
/// <param name="Filter">What to cover.</param>
public sealed record ExportOrganisationCostsQuery(Guid OrganisationId, CostFilter Filter) : IRequest<IAsyncEnumerable<SessionCostResponse>>;

internal sealed class ExportCostsHandler(IEntourageDb db, TimeProvider time)
    : IRequestHandler<ExportTeamCostsQuery, IAsyncEnumerable<SessionCostResponse>>,
        IRequestHandler<ExportOrganisationCostsQuery, IAsyncEnumerable<SessionCostResponse>>
{
    // Read piece by piece: a list of any length takes the memory of one piece, on a store that buffers its answers too.
    private const int PieceSize = 500;

    public async Task<IAsyncEnumerable<SessionCostResponse>> Handle(ExportTeamCostsQuery request, CancellationToken cancellationToken) =>
        Export(await CostSubject.OfTeamAsync(db, request.TeamId, cancellationToken), request.Filter);

    public async Task<IAsyncEnumerable<SessionCostResponse>> Handle(ExportOrganisationCostsQuery request, CancellationToken cancellationToken) =>
        Export(await CostSubject.OfOrganisationAsync(db, request.OrganisationId, cancellationToken), request.Filter);

    // What is wrong with the range is said before the first row is.
    private IAsyncEnumerable<SessionCostResponse> Export(CostSubject of, CostFilter filter)
    {
        var now = time.GetUtcNow();
        return ReadAsync(of.Teams, CostRange.Of(filter.From, filter.To, filter.Period, of.Calendar, now), filter, now, CancellationToken.None);
    }

    private async IAsyncEnumerable<SessionCostResponse> ReadAsync(
        IReadOnlyList<Guid> teams, CostRange range, CostFilter filter, DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rollups = db.UsageRollups.AsNoTracking().Where(rollup =>
            (range.From == null || rollup.QuarterAt >= range.From)
            && (range.To == null || rollup.QuarterAt < range.To)
            && (filter.Model == null || rollup.Model == filter.Model));
        for (long? before = null; ;)
        {
            var piece = await db.Sessions.AsNoTracking()
                .Where(session => teams.Contains(session.TeamId)
                    && (before == null || session.Id < before)
                    && (filter.AgentId == null || session.AgentId == filter.AgentId)
                    && (filter.TaskId == null || session.TaskId == filter.TaskId)
                    && rollups.Any(rollup => rollup.SessionId == session.Id))
                .OrderByDescending(session => session.Id)
                .Take(PieceSize)
                .Select(SessionRow.Projection(db))
                .ToListAsync(cancellationToken);
            if (piece.Count == 0)
            {
                yield break;
            }

            var ids = piece.Select(row => row.Session.Id).ToArray();
            var sums = await rollups
                .Where(rollup => ids.Contains(rollup.SessionId))
                .GroupBy(rollup => rollup.SessionId)
                .Select(session => new
                {
                    Id = session.Key,
                    Cost = session.Sum(rollup => rollup.CostNanoUsd),
                    Tokens = session.Sum(rollup => rollup.InputTokens + rollup.OutputTokens),
                })
                .ToDictionaryAsync(session => session.Id, cancellationToken);
            foreach (var row in piece)
            {
                var sum = sums[row.Session.Id];
                yield return SessionCostResponse.Of(row, new Money(sum.Cost), sum.Tokens, now);
            }

            before = piece[^1].Session.Id;
        }
    }
}
