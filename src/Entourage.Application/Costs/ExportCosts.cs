using System.Runtime.CompilerServices;
using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using MediatR;

namespace Entourage.Application.Costs;

/// <summary>Lists what every session of a team used in a range, the newest first, one after the other.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="Filter">What to cover.</param>
public sealed record ExportTeamCostsQuery(Guid TeamId, CostFilter Filter) : IQuery<IAsyncEnumerable<SessionCostResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Team(TeamId));
}

/// <summary>Lists what every session of an organisation used in a range, the newest first, one after the other.</summary>
/// <param name="OrganisationId">The organisation.</param>
/// <param name="Filter">What to cover.</param>
public sealed record ExportOrganisationCostsQuery(Guid OrganisationId, CostFilter Filter) : IQuery<IAsyncEnumerable<SessionCostResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Admin();
}

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
        return ReadAsync(new(db, of, filter, CostRange.Of(filter.From, filter.To, filter.Period, of.Calendar, now)), now, CancellationToken.None);
    }

    private static async IAsyncEnumerable<SessionCostResponse> ReadAsync(
        CostReader reader, DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (long? before = null; ;)
        {
            var piece = await reader.SessionsAsync(before, PieceSize, now, cancellationToken);
            foreach (var session in piece)
            {
                yield return session;
            }

            if (piece.Count < PieceSize)
            {
                yield break;
            }

            before = piece[^1].SessionId;
        }
    }
}
