namespace Entourage.Api.Tests.BadInput;

/// <summary>Invalid keys.</summary>
internal static class BadInputKeys
{
    private const string Keys = "/keys";

    public static IEnumerable<TestCaseData> Cases => BadInputCase.Named(
    [
        Post("no name", """{"role": "admin"}""").Invalid("name"),
        Post("a blank name", """{"name": " ", "role": "admin"}""").Invalid("name"),
        Post("a name with a line end", """{"name": "a\nb", "role": "admin"}""").Invalid("name"),
        Post("a name that is a number", """{"name": 1, "role": "admin"}""").Malformed("name"),
        Post("no role", """{"name": "new"}""").Invalid("role"),
        Post("an unknown role", """{"name": "new", "role": "owner"}""").Invalid("role"),
        Post("a role by number", """{"name": "new", "role": 2}""").Malformed("role"),
        Post("an admin with a team", """{"name": "new", "role": "admin", "team_id": "<team>"}""").Invalid("team_id"),
        Post("an admin with an agent", """{"name": "new", "role": "admin", "agent_id": "<agent>"}""").Invalid("agent_id"),
        Post("a lead without a team", """{"name": "new", "role": "lead"}""").Invalid("team_id"),
        Post("a lead with an agent", """{"name": "new", "role": "lead", "team_id": "<team>", "agent_id": "<agent>"}""").Invalid("agent_id"),
        Post("a lead of the zero id", """{"name": "new", "role": "lead", "team_id": "00000000-0000-0000-0000-000000000000"}""").Unknown(),
        Post("a lead of an unknown team", """{"name": "new", "role": "lead", "team_id": "<nobody>"}""").Unknown(),
        Post("an agent's without an agent", """{"name": "new", "role": "agent"}""").Invalid("agent_id"),
        Post("an agent's with a team", """{"name": "new", "role": "agent", "agent_id": "<agent>", "team_id": "<team>"}""").Invalid("team_id"),
        Post("an unknown agent's", """{"name": "new", "role": "agent", "agent_id": "<nobody>"}""").Unknown(),
        Post("one that has expired", """{"name": "new", "role": "admin", "expires_at": "2026-06-10T12:00:00Z"}""").Invalid("expires_at"),
        Post("an end without an offset", """{"name": "new", "role": "admin", "expires_at": "2026-07-10T12:00:00"}""").Invalid("expires_at"),
        Post("a stated key", """{"name": "new", "role": "admin", "key": "ent_0"}""").Malformed("key"),
        new BadInputCase("an unknown key", "DELETE", "/keys/<nobody>").Unknown(),
        BadInputCase.Get("an unknown cursor", "/keys?cursor=x").Invalid("cursor"),
        BadInputCase.Get("no items", "/keys?limit=0").Invalid("limit"),
    ]);

    private static BadInputCase Post(string name, string body) => BadInputCase.Post(name, Keys, body);
}
