using Entourage.Domain.Agents;
using Entourage.Domain.Organisations;
using Entourage.Domain.Sessions;
using Entourage.Domain.Tasks;
using Entourage.Domain.Teams;

namespace Entourage.Domain.Tests;

internal static class Some
{
    public static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    public static readonly DateTimeOffset Later = Now.AddHours(1);

    public static Money Usd(decimal usd) => Money.FromUsd(usd);

    public static Organisation Organisation() => Domain.Organisations.Organisation.Create("Acme", "acme", Now);

    public static Team Team(string timezone = "UTC") => Domain.Teams.Team.Create(Organisation(), "Core", "core", timezone, Now);

    public static Agent Agent(string? model = null) => Domain.Agents.Agent.Create(Team(), "Ada", AgentRole.Engineer, model, Now);

    public static WorkTaskContent Content(params string[] tags) =>
        new("Fix the login", "It fails on Mondays.", TaskPriority.High, TaskType.Bugfix, tags, AssigneeId: null);

    public static WorkTask Task(params string[] tags) => WorkTask.Create(Team(), Content(tags), Now);

    public static Session Session(Session? parent = null) => Domain.Sessions.Session.Start(Agent(), task: null, parent, model: null, Now);

    /// <summary>Sets the number that the store would assign.</summary>
    public static T StoredAs<T>(this T entity, long id)
        where T : class => entity.StoredWith("Id", id);

    /// <summary>Sets a property that only the store writes.</summary>
    public static T StoredWith<T>(this T entity, string property, object? value)
        where T : class
    {
        typeof(T).GetProperty(property)!.SetValue(entity, value);
        return entity;
    }
}
