using Entourage.Domain;
using Entourage.Domain.Agents;
using Entourage.Domain.HumanRequests;
using Entourage.Domain.Tasks;

namespace Entourage.Api.Commands;

/// <summary>A team of the demo.</summary>
/// <param name="Name">The display name.</param>
/// <param name="Slug">The name in addresses.</param>
/// <param name="Timezone">The IANA time zone.</param>
/// <param name="DailyLimit">The team's daily cap.</param>
/// <param name="Agents">The agents, each with its model.</param>
/// <param name="Tasks">The tasks in the order of work, each with its cap (USD).</param>
internal sealed record DemoTeam(
    string Name,
    string Slug,
    string Timezone,
    Money DailyLimit,
    IReadOnlyList<(string Name, AgentRole Role, string Model)> Agents,
    IReadOnlyList<(string Title, TaskType Type, decimal? BudgetUsd)> Tasks);

/// <summary>The teams of the demo, with their agents and tasks.</summary>
internal static class DemoWorld
{
    /// <summary>The requests that wait for an answer, each of the agent with this number.</summary>
    public static readonly IReadOnlyList<(int Agent, HumanRequestKind Kind, string Question, Money? Usd)> Requests =
    [
        (1, HumanRequestKind.BudgetIncrease, "The migration of the job queue needs another run of the whole test suite.", Money.FromUsd(5)),
        (2, HumanRequestKind.Question, "May I delete the old export tables?", null),
        (5, HumanRequestKind.BudgetIncrease, "Comparing two more variants of the sign-up page.", Money.FromUsd(2.50m)),
    ];

    public static readonly IReadOnlyList<DemoTeam> Teams =
    [
        new(
            "Platform",
            "platform",
            "Europe/Berlin",
            Money.FromUsd(12),
            [
                ("maya", AgentRole.Manager, "claude-opus-5"),
                ("otto", AgentRole.Engineer, "claude-sonnet-5-5"),
                ("pia", AgentRole.Engineer, "gpt-6-sol"),
                ("rhea", AgentRole.Reviewer, "claude-haiku-5-5"),
            ],
            [
                ("Rotate the signing keys", TaskType.Config, 3m),
                ("Login fails after a password reset", TaskType.Bugfix, 8m),
                ("Export invoices as PDF", TaskType.SmallFeature, 15m),
                ("Move the job queue to its own database", TaskType.LargeFeature, 60m),
                ("Flaky test in the billing suite", TaskType.Bugfix, null),
                ("Rate limits for the public API", TaskType.SmallFeature, 20m),
                ("Audit log of permission changes", TaskType.LargeFeature, 50m),
                ("Typo in the onboarding mail", TaskType.Config, 2m),
                ("Search that tolerates typing errors", TaskType.LargeFeature, null),
            ]),
        new(
            "Growth",
            "growth",
            "America/New_York",
            Money.FromUsd(6),
            [
                ("gus", AgentRole.Manager, "gpt-6-sol"),
                ("hana", AgentRole.Engineer, "claude-sonnet-5-5"),
                ("ivo", AgentRole.Engineer, "gemini-3.7-flash"),
            ],
            [
                ("Landing page for the trial", TaskType.SmallFeature, 10m),
                ("Broken links in the newsletter", TaskType.Bugfix, 5m),
                ("Experiment: shorter sign-up", TaskType.SmallFeature, 20m),
                ("Import contacts from a spreadsheet", TaskType.LargeFeature, 40m),
                ("Wrong currency in the price table", TaskType.Bugfix, null),
                ("Weekly report to customers", TaskType.SmallFeature, 15m),
            ]),
    ];
}
