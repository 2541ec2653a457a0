using Entourage.Application.Abstractions;
using Entourage.Infrastructure;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Api.Startup;

/// <summary>Prints the addresses of the server, and how to create a first team.</summary>
internal static class StartupMessage
{
    public static async Task WriteAsync(WebApplication app, bool needsKeys, TextWriter console)
    {
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault();
        if (address is null)
        {
            return;
        }

        await console.WriteLineAsync($"""

            Entourage
              Dashboard   {address}/
              API         {address}/api/v1
              Reference   {address}/docs
              Store       {DatabaseOptions.SqlitePathOf(app.Configuration) ?? nameof(DatabaseProvider.SqlServer)}

            Press Ctrl+C to stop.

            """);
        await using var scope = app.Services.CreateAsyncScope();
        if (!await scope.ServiceProvider.GetRequiredService<IEntourageDb>().Organisations.AnyAsync())
        {
            var key = needsKeys ? "-H \"X-API-Key: KEY\" " : "";
            await console.WriteLineAsync($$"""
                Open the dashboard to create a first team, or send:
                  curl -X POST {{address}}/api/v1/orgs {{key}}-H "Content-Type: application/json" -d '{"name": "Acme", "slug": "acme"}'
                  curl -X POST {{address}}/api/v1/orgs/ORG_ID/teams {{key}}-H "Content-Type: application/json" -d '{"name": "Core", "slug": "core"}'
                  curl -X POST {{address}}/api/v1/teams/TEAM_ID/agents {{key}}-H "Content-Type: application/json" -d '{"name": "eng-1"}'

                """);
        }
    }
}
