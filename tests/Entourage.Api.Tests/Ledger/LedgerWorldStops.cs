using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Ledger;

/// <content>Kills and pauses.</content>
internal sealed partial class LedgerWorld
{
    private static readonly TimeSpan KillReportedFor = TimeSpan.FromMinutes(15);

    private async Task KillAsync(KillStep step)
    {
        var session = SessionAt(step.Session);
        var answer = (await Api.PostAsync($"/sessions/{session.Id}/kill", new { reason = "enough" })).Ok;
        model.Kill(session.Id);
        Assert.That((answer.Text("status"), answer.Usd("reserved_usd")), Is.EqualTo((session.Status, (decimal?)0)));
    }

    private async Task PauseAsync(PauseStep step)
    {
        var agent = step.Scope == "agents" ? step.Agent : 0;
        var wasPaused = model.IsPaused(step.Scope, agent);
        var until = step.Seconds < 0 ? DateTimeOffset.MaxValue : model.Now.AddSeconds(step.Seconds);
        var body = new JsonObject
        {
            ["reason"] = "look",
            ["expires_at"] = step.Seconds < 0 ? null : until.ToString("O", CultureInfo.InvariantCulture),
        };
        var answer = (await Api.PostAsync($"{PathOf(step.Scope, agent)}/pause", body.ToJsonString())).Ok;
        model.Pauses[(step.Scope, agent)] = until;
        var reached = model.AffectedBy(step.Scope, agent).ToArray();
        var released = reached.Sum(model.Release);

        Assert.That(answer.Flag("paused"), Is.True);
        if (!wasPaused)
        {
            Assert.That(answer.Number("reservations_released"), Is.EqualTo(released), answer.ToJsonString());
            Assert.That(answer.Items("sessions").Select(row => row.Number("session_id")), Is.EqualTo(reached.Select(session => (long?)session.Id)));
        }
    }

    private async Task ResumeAsync(ResumeStep step)
    {
        var agent = step.Scope == "agents" ? step.Agent : 0;
        model.Pauses.Remove((step.Scope, agent));
        string[] above = step.Scope switch { "agents" => ["teams", "orgs"], "teams" => ["orgs"], _ => [] };
        Assert.That(
            (await Api.PostAsync($"{PathOf(step.Scope, agent)}/resume", null)).Ok.Flag("paused"), Is.EqualTo(above.Any(scope => model.IsPaused(scope, 0))));
    }

    private async Task ArchiveAsync(ArchiveStep step)
    {
        var agent = step.Scope == "agents" ? step.Agent : 0;
        var reached = model.AffectedBy(step.Scope, agent).ToArray();
        var archived = (await Api.PostAsync($"{PathOf(step.Scope, agent)}/archive", null)).Ok;
        model.Kill(reached);

        Assert.That((archived.Flag("archived"), archived.Number("sessions_killed")), Is.EqualTo((true, (long?)reached.Length)));
        Assert.That((await Api.PostAsync("/sessions/start", new { agent_id = agents[agent] })).Status, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That((await Api.PostAsync($"{PathOf(step.Scope, agent)}/restore", null)).Ok.Flag("archived"), Is.False);
    }

    private async Task ExceedAsync(ExceedStep step)
    {
        await team.ConfigureAsync(new { on_exceed = step.Kills ? "kill" : "stop" });
        var killing = model.Killing();
        model.KillsOnExceed = step.Kills;
        model.KillWhatExceeds(killing);
    }

    private string PathOf(string scope, int agent) => scope switch
    {
        "agents" => $"/agents/{agents[agent]}",
        "teams" => $"/teams/{team.Id}",
        _ => $"/orgs/{team.Organisation}",
    };

    /// <summary>Whether the newest session of an agent was killed recently.</summary>
    private bool WasKilled(int agent) =>
        model.Sessions.LastOrDefault(session => session.Agent == agent) is { Status: "killed", EndedAt: { } at } && model.Now - at < KillReportedFor;
}
