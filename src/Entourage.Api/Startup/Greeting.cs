using Entourage.Infrastructure;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Startup;

/// <summary>Tells whoever started the server where it is and what to do first.</summary>
internal static class Greeting
{
    public static async Task WriteAsync(WebApplication app, TextWriter console)
    {
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault();
        if (address is null)
        {
            return;
        }

        var provider = app.Services.GetRequiredService<IOptions<DatabaseOptions>>().Value.Provider;
        await console.WriteLineAsync($$"""

            Entourage
              API         {{address}}/api/v1
              Reference   {{address}}/docs
              Store       {{provider}}{{(provider == DatabaseProvider.Sqlite ? $", {DatabaseOptions.SqlitePathOf(app.Configuration)}" : "")}}

            A first team:
              curl -X POST {{address}}/api/v1/orgs -H "Content-Type: application/json" -d '{"name": "Acme", "slug": "acme"}'
              curl -X POST {{address}}/api/v1/orgs/{org_id}/teams -H "Content-Type: application/json" -d '{"name": "Core", "slug": "core"}'
              curl -X POST {{address}}/api/v1/teams/{team_id}/agents -H "Content-Type: application/json" -d '{"name": "eng-1"}'

            """);
    }
}
