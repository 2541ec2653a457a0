using System.Runtime.CompilerServices;
using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using MediatR;

namespace Entourage.Application.Costs;

/// <summary>Streams the usage of each session of a team in a range, newest first.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="Filter">The range and the filters.</param>
public sealed record ExportTeamCostsQuery(Guid TeamId, CostFilter Filter) : IQuery<IAsyncEnumerable<SessionCostResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Team(TeamId));
}

/// <summary>Streams the usage of each session of an organisation in a range, newest first.</summary>
/// <param name="OrganisationId">The organisation.</param>
/// <param name="Filter">The range and the filters.</param>
public sealed record ExportOrganisationCostsQuery(Guid OrganisationId, CostFilter Filter) : IQuery<IAsyncEnumerable<SessionCostResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Admin();
}

internal sealed class ExportCostsHandler(IEntourageDb db, TimeProvider time)
    : IRequestHandler<ExportTeamCostsQuery, IAsyncEnumerable<SessionCostResponse>>,
        IRequestHandler<ExportOrganisationCostsQuery, IAsyncEnumerable<SessionCostResponse>>
{
    // Reads in batches, so that an export of any length needs the memory of one batch, even on a store that buffers its results.
    private const int BatchSize = 500;

    public async Task<IAsyncEnumerable<SessionCostResponse>> Handle(ExportTeamCostsQuery request, CancellationToken cancellationToken) =>
        Export(await CostSubject.OfTeamAsync(db, request.TeamId, cancellationToken), request.Filter);

    public async Task<IAsyncEnumerable<SessionCostResponse>> Handle(ExportOrganisationCostsQuery request, CancellationToken cancellationToken) =>
        Export(await CostSubject.OfOrganisationAsync(db, request.OrganisationId, cancellationToken), request.Filter);

    // Validates the range before the first row is sent.
    private IAsyncEnumerable<SessionCostResponse> Export(CostSubject subject, CostFilter filter)
    {
        var now = time.GetUtcNow();
        return ReadAsync(new(db, subject, filter, CostRange.Of(filter.From, filter.To, filter.Period, subject.Calendar, now)), now, CancellationToken.None);
    }

    private static async IAsyncEnumerable<SessionCostResponse> ReadAsync(
        CostReader reader, DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (long? before = null; ;)
        {
            var batch = await reader.ReadSessionsAsync(before, BatchSize, now, cancellationToken);
            foreach (var session in batch)
            {
                yield return session;
            }

            if (batch.Count < BatchSize)
            {
                yield break;
            }

            before = batch[^1].SessionId;
        }
    }
}
