using Entourage.Dashboard.Layout;
using Entourage.Dashboard.Live;
using Entourage.Dashboard.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;

namespace Entourage.Dashboard;

/// <summary>Registers the dashboard's services and maps its pages.</summary>
public static class DependencyInjection
{
    // How soon either end notices that the other is gone, so that a page soon shows that its figures are old.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(12);

    // A page that has lost its connection keeps its figures in memory. One that comes back later than this is loaded again from its address.
    private const int LostPages = 20;
    private static readonly TimeSpan LostPageRetention = TimeSpan.FromMinutes(1);

    /// <summary>Adds the services of the pages.</summary>
    public static IServiceCollection AddDashboard(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents(circuits =>
                (circuits.DisconnectedCircuitMaxRetained, circuits.DisconnectedCircuitRetentionPeriod) = (LostPages, LostPageRetention))
            .AddHubOptions(hub => (hub.KeepAliveInterval, hub.ClientTimeoutInterval) = (KeepAlive, Silence));
        services.AddMudServices();
        services.AddSingleton<TeamViews>();
        services.AddSingleton<OrganisationViews>();
        services.AddSingleton<SessionViews>();
        services.AddSingleton<AlertViews>();
        services.AddScoped<Visitor>();
        services.AddScoped<RequestSender>();
        services.AddScoped<NavigationState>();
        services.AddScoped<Notices>();
        return services;
    }

    /// <summary>Maps the pages at <c>/</c>, and their style sheets and scripts.</summary>
    /// <param name="app">The server.</param>
    /// <param name="policy">The authorization policy of the pages. Style sheets and scripts are public.</param>
    public static void UseDashboard(this WebApplication app, string policy)
    {
        app.UseAntiforgery();
        app.MapStaticAssets().AllowAnonymous();
        app.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = "'none'")
            .RequireAuthorization(policy);
    }
}
