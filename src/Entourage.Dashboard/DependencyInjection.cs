using Entourage.Dashboard.Layout;
using Entourage.Dashboard.Live;
using Entourage.Dashboard.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;

namespace Entourage.Dashboard;

/// <summary>Registers the dashboard, and gives it its addresses.</summary>
public static class DependencyInjection
{
    // How soon either end notices that the other is gone: figures that nothing keeps up are soon seen to be old.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(12);

    /// <summary>Adds what the pages work with.</summary>
    public static IServiceCollection AddDashboard(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents()
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

    /// <summary>Serves the pages at <c>/</c>, and their style sheets and scripts.</summary>
    /// <param name="app">The server.</param>
    /// <param name="policy">What lets a visitor see the pages; their style sheets and scripts are everybody's.</param>
    public static void UseDashboard(this WebApplication app, string policy)
    {
        app.UseAntiforgery();
        app.MapStaticAssets().AllowAnonymous();
        app.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = "'none'")
            .RequireAuthorization(policy);
    }
}
