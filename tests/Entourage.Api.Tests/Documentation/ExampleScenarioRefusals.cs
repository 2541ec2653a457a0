using Entourage.Testing;

namespace Entourage.Api.Tests.Documentation;

/// <content>Refused requests.</content>
internal sealed partial class ExampleScenario
{
    private async Task RefuseAsync()
    {
        await record.RefuseAsync(Post, $"/sessions/{session}/reservations", new { estimated_cost_usd = 0.10m });
        await record.RefuseAsync(Post, "/orgs", new { name = "Acme", slug = "acme" });
        await record.RefuseAsync(Patch, $"/settings/teams/{team}", new { daily_cost_limit_usd = 20.00m }, ifMatch: "\"0\"");
        await record.RefuseAsync(Post, $"/tasks/{task}/status", new { status = "todo" });
        var blocked = (await host.Api.PostAsync($"/teams/{team}/tasks", new { title = "Release", depends_on = new[] { task } })).Created.Number("id");
        await record.RefuseAsync(Post, "/sessions/start", new { agent_id = agent, task_id = blocked });
        await record.RefuseAsync(Post, $"/sessions/{session}/usage", new { input_tokens = -1, output_tokens = 800 });
        await record.RefuseAsync(Post, $"/sessions/{session}/usage", """{"input_tokens": "2500", "output_tokens": 800}""");
        await record.RefuseAsync(Post, "/orgs", "name=Acme", contentType: "text/plain");
        // Too many values instead of too many bytes, because the server closes the connection before it has received a body of that size.
        await record.RefuseAsync(Post, "/orgs", $"[{string.Join(',', Enumerable.Repeat(0, 20_001))}]");
        await record.RefuseAsync(Get, "/sessions/4711");
        await record.RefuseAsync(Get, "/guidelines", key: "wrong");
        await record.RefuseAsync(Post, "/orgs", new { name = "Acme", slug = "mine" }, key);
        var id = (await host.Api.GetAsync("/keys?limit=1")).Ok[0]!.Text("id");
        await record.CallAsync("revokeKey", Delete, $"/keys/{id}");
    }
}
