using Entourage.Testing;

namespace Entourage.Api.Tests.Documentation;

/// <content>A move, archives and restores.</content>
internal sealed partial class ExampleScenario
{
    private async Task ArchiveAsync()
    {
        var spare = (await host.Api.PostAsync($"/orgs/{organisation}/teams", new { name = "Research", slug = "research" })).Created.Text("id")!;
        await record.CallAsync("moveAgent", Post, $"/agents/{agent}/move", new { team_id = spare });
        await record.CallAsync("archiveAgent", Post, $"/agents/{agent}/archive", null);
        await record.RefuseAsync(Post, "/sessions/start", new { agent_id = agent });
        await record.CallAsync("restoreAgent", Post, $"/agents/{agent}/restore", null);
        await record.CallAsync("archiveTeam", Post, $"/teams/{spare}/archive", null);
        await record.CallAsync("restoreTeam", Post, $"/teams/{spare}/restore", null);
        await record.CallAsync("archiveOrganisation", Post, $"/orgs/{organisation}/archive", null);
        await record.CallAsync("restoreOrganisation", Post, $"/orgs/{organisation}/restore", null);
    }
}
