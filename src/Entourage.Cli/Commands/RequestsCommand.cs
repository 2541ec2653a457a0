using System.CommandLine;
using Entourage.Cli.Output;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Commands;

/// <summary>What agents ask of people.</summary>
internal static class RequestsCommand
{
    private const int Most = 100;

    private static readonly Option<bool> All = new("--all") { Description = "Those that were answered, too." };
    private static readonly Argument<Guid> Id = new("id") { Description = "The request." };
    private static readonly Option<decimal?> Grant = Values.Usd("--usd", "How much more there is to be; what was asked for otherwise.");
    private static readonly Option<string?> Response = new("--response") { Description = "What to say to it." };

    public static Command Create() => Invocation.Group("requests", "What agents ask of people.", CreateList(), CreateApprove(), CreateDeny());

    private static Command CreateList() => Invocation.Define(
        "list",
        "The requests that wait for an answer, the newest first.",
        [All, Invocation.Json],
        async (invocation, cancellationToken) =>
        {
            var team = await invocation.Names.TeamAsync(cancellationToken);
            var requests = await invocation.Client.ListHumanRequestsAsync(team.Id, invocation.Get(All) ? null : "pending", cancellationToken)
                .Take(Most)
                .ToArrayAsync(cancellationToken);
            invocation.Printer.Write(requests, list =>
            {
                var table = Printer.Table("Asked", "Agent", "Kind", ">USD", "Question", "Status", "Id");
                foreach (var one in list)
                {
                    table.Add(Printer.Time(one.CreatedAt), one.AgentName, one.Kind, Printer.Usd(one.RequestedUsd), one.Question, one.Status, one.Id.ToString());
                }

                return table;
            });
        });

    private static Command CreateApprove() => Invocation.Define(
        "approve",
        "Say yes. More money can be spent from the next call on.",
        [Id, Grant, Response, Invocation.Json],
        (invocation, cancellationToken) => AnswerAsync(
            invocation, new("approved") { GrantedUsd = invocation.Get(Grant), Response = invocation.Get(Response) }, cancellationToken));

    private static Command CreateDeny() => Invocation.Define(
        "deny",
        "Say no.",
        [Id, Response, Invocation.Json],
        (invocation, cancellationToken) => AnswerAsync(invocation, new("denied") { Response = invocation.Get(Response) }, cancellationToken));

    private static async Task AnswerAsync(Invocation invocation, HumanAnswer answer, CancellationToken cancellationToken)
    {
        var answered = await invocation.Client.AnswerAsync(invocation.Get(Id), answer, cancellationToken);
        var raise = answered.GrantedUsd is { } usd ? $" The {answered.GrantedScope}'s cap is {Printer.Usd(usd)} USD larger." : "";
        invocation.Printer.Write(answered, $"{answered.AgentName}'s request is {answered.Status}.{raise}");
    }
}
