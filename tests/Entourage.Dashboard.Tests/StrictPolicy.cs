using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Entourage.Dashboard.Tests;

/// <summary>Answers every page under the strictest policy that the dashboard works under, whatever else the server would say.</summary>
internal sealed class StrictPolicy : IStartupFilter
{
    private const string Header = "Content-Security-Policy";

    private const string Policy =
        "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; "
        + "frame-ancestors 'none'; object-src 'none'; base-uri 'self'; form-action 'self'";

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, following) =>
        {
            context.Response.OnStarting(() =>
            {
                context.Response.Headers[Header] = Policy;
                return Task.CompletedTask;
            });
            return following();
        });
        next(app);
    };
}
