using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Agents;

/// <summary>Tests that move agents between teams.</summary>
internal abstract class MoveFixture(Store store) : ApiFixture(store)
{
    protected static string?[] Ids(Answer answer) => [.. answer.Ok.AsArray().Select(row => row!.Text("id"))];

    /// <summary>Creates two teams of an organisation. The agent to move is that of the first.</summary>
    protected async Task<(TestTeam Old, TestTeam Next)> CreateTeamsAsync(string timezone = "UTC")
    {
        var old = await Api.CreateTeamAsync();
        var id = (await Api.PostAsync($"/orgs/{old.Organisation}/teams", new { name = "Next", slug = "next", timezone })).Created.Text("id")!;
        return (old, new(Api, old.Organisation, id, await Api.CreateAgentAsync(id, "eng-2")));
    }

    protected async Task<JsonNode> MoveAsync(string agent, string team, string? from = null) =>
        (await Api.PostAsync($"/agents/{agent}/move", new { team_id = team, from })).Ok;
}
