using System.CommandLine;
using Entourage.Cli.Output;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Commands;

/// <summary>Lists and answers human requests.</summary>
internal static class RequestsCommand
{
    private const int MaxRequests = 100;

    private static readonly Option<bool> All = new("--all") { Description = "Include answered requests." };
    private static readonly Argument<Guid> Id = new("id") { Description = "The id of the request." };
    private static readonly Option<decimal?> Grant = OptionFactory.Usd("--usd", "The amount to grant. Defaults to the requested amount.");
    private static readonly Option<string?> Response = new("--response") { Description = "A message to the agent." };

    public static Command Create() => Invocation.Group("requests", "List and answer the requests of agents.", CreateList(), CreateApprove(), CreateDeny());

    private static Command CreateList() => Invocation.Define(
        "list",
        "List the requests that wait for an answer, newest first.",
        [All, Invocation.Json],
        async (invocation, cancellationToken) =>
        {
            var team = await invocation.Names.FindTeamAsync(cancellationToken);
            var requests = await invocation.Client.ListHumanRequestsAsync(team.Id, invocation.Get(All) ? null : "pending", cancellationToken)
                .Take(MaxRequests)
                .ToArrayAsync(cancellationToken);
            invocation.Printer.Write(requests, list =>
            {
                var table = Printer.Table("Asked", "Agent", "Kind", ">USD", "Question", "Status", "Id");
                foreach (var request in list)
                {
                    table.Add(Printer.Time(request.CreatedAt), request.AgentName, request.Kind, Printer.Usd(request.RequestedUsd), request.Question, request.Status, request.Id.ToString());
                }

                return table;
            });
        });

    private static Command CreateApprove() => Invocation.Define(
        "approve",
        "Approve a request. Granted money can be spent from the next call on.",
        [Id, Grant, Response, Invocation.Json],
        (invocation, cancellationToken) => AnswerAsync(
            invocation, new("approved") { GrantedUsd = invocation.Get(Grant), Response = invocation.Get(Response) }, cancellationToken));

    private static Command CreateDeny() => Invocation.Define(
        "deny",
        "Deny a request.",
        [Id, Response, Invocation.Json],
        (invocation, cancellationToken) => AnswerAsync(invocation, new("denied") { Response = invocation.Get(Response) }, cancellationToken));

    private static async Task AnswerAsync(Invocation invocation, HumanRequestAnswer answer, CancellationToken cancellationToken)
    {
        var answered = await invocation.Client.RespondToHumanRequestAsync(invocation.Get(Id), answer, cancellationToken);
        var raise = answered.GrantedUsd is { } usd ? $" The {answered.GrantedScope}'s cap was raised by {Printer.Usd(usd)} USD." : "";
        invocation.Printer.Write(answered, $"{answered.AgentName}'s request is {answered.Status}.{raise}");
    }
}
