using System.CommandLine;
using Entourage.Cli.Output;

namespace Entourage.Cli.Commands;

/// <summary>Lists and acknowledges alerts.</summary>
internal static class AlertsCommand
{
    private const int MaxAlerts = 100;

    private static readonly Option<bool> All = new("--all") { Description = "Include acknowledged alerts." };
    private static readonly Argument<Guid> Id = new("id") { Description = "The id of the alert." };

    public static Command Create()
    {
        var command = Invocation.Define(
            "alerts",
            "List the team's open alerts, newest first.",
            [All, Invocation.Json],
            async (invocation, cancellationToken) =>
            {
                var team = await invocation.Names.FindTeamAsync(cancellationToken);
                var alerts = await invocation.Client.ListAlertsAsync(team.Id, invocation.Get(All) ? null : "open", cancellationToken)
                    .Take(MaxAlerts)
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
            "Acknowledge an alert.",
            [Id, Invocation.Json],
            async (invocation, cancellationToken) =>
            {
                var alert = await invocation.Client.AcknowledgeAlertAsync(invocation.Get(Id), cancellationToken);
                invocation.Printer.Write(alert, $"{alert.Id} is {alert.Status}.");
            }));
        return command;
    }
}
