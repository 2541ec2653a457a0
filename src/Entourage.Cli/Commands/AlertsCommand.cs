using System.CommandLine;
using Entourage.Cli.Output;

namespace Entourage.Cli.Commands;

/// <summary>What people should look at.</summary>
internal static class AlertsCommand
{
    private const int Most = 100;

    private static readonly Option<bool> All = new("--all") { Description = "Those that somebody has seen, too." };
    private static readonly Argument<Guid> Id = new("id") { Description = "The alert." };

    public static Command Create()
    {
        var command = Invocation.Define(
            "alerts",
            "What people of the team should look at, the newest first.",
            [All, Invocation.Json],
            async (invocation, cancellationToken) =>
            {
                var team = await invocation.Names.TeamAsync(cancellationToken);
                var alerts = await invocation.Client.ListAlertsAsync(team.Id, invocation.Get(All) ? null : "open", cancellationToken)
                    .Take(Most)
                    .ToArrayAsync(cancellationToken);
                invocation.Printer.Write(alerts, list =>
                {
                    var table = Printer.Table("Raised", "Kind", "Message", "Status", "Id");
                    foreach (var alert in list)
                    {
                        table.Add(Printer.Time(alert.CreatedAt), alert.Kind, alert.Message, alert.Status, alert.Id.ToString());
                    }

                    return table;
                });
            });
        command.Add(Invocation.Define(
            "ack",
            "Note that an alert was seen.",
            [Id, Invocation.Json],
            async (invocation, cancellationToken) =>
            {
                var alert = await invocation.Client.AcknowledgeAlertAsync(invocation.Get(Id), cancellationToken);
                invocation.Printer.Write(alert, $"{alert.Id} is {alert.Status}.");
            }));
        return command;
    }
}
