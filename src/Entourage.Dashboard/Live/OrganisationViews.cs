using Entourage.Application.Access;
using Entourage.Application.Overviews;
using Entourage.Dashboard.Requests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Entourage.Dashboard.Live;

internal sealed class OrganisationViews(IServiceScopeFactory scopes, TimeProvider time, ILogger<OrganisationViews> logger)
    : SharedViews<Guid, OrganisationOverviewResponse>(time, logger)
{
    protected override ILiveSource<OrganisationOverviewResponse> CreateSource(Guid id) => new OrganisationSource(id, scopes);
}

/// <summary>
/// Reads an organisation's figures twice a second. Following the events of each team would query the store more often than that, and
/// would use the events only as a signal.
/// </summary>
internal sealed class OrganisationSource(Guid id, IServiceScopeFactory scopes) : ILiveSource<OrganisationOverviewResponse>
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    public Task<OrganisationOverviewResponse> ReadAsync(CancellationToken cancellationToken) =>
        RequestSender.SendAsync(scopes, Caller.Entourage, new GetOrganisationOverviewQuery(id), cancellationToken);

    public async Task FollowAsync(Action changed, CancellationToken cancellationToken)
    {
        while (true)
        {
            changed();
            await Task.Delay(Interval, TimeProvider.System, cancellationToken);
        }
    }
}
