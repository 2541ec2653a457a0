using Entourage.Application.Access;
using Entourage.Application.Overviews;
using Entourage.Dashboard.Requests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Entourage.Dashboard.Live;

/// <summary>The figures of organisations.</summary>
public sealed class OrganisationViews(IServiceScopeFactory scopes, TimeProvider time, ILogger<OrganisationViews> logger)
    : SharedViews<Guid, OrganisationOverviewResponse>(time, logger)
{
    /// <inheritdoc/>
    protected override ILiveSource<OrganisationOverviewResponse> Open(Guid id) => new OrganisationSource(id, scopes);
}

/// <summary>
/// Reads an organisation's figures twice a second. To follow the events of each of its teams would ask the store more often than that for
/// every one of them, and nothing of an event but that it came would be used.
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
