using System.CommandLine;
using System.Runtime.InteropServices;
using Entourage.Cli.Output;
using Spectre.Console;

namespace Entourage.Cli.Commands;

/// <summary>What agents spend, as they spend it.</summary>
internal static class TopCommand
{
    private static readonly TimeSpan BetweenFrames = TimeSpan.FromMilliseconds(250);

    private static readonly Option<TimeSpan?> For = Values.Duration("--for", "End after this time; with Ctrl+C otherwise.");
    private static readonly Option<bool> Json = new("--json") { Description = "Write each event as a line of JSON." };

    public static Command Create() => Invocation.Define("top", "What the team's agents spend, as they spend it.", [For, Json], ShowAsync);

    private static async Task ShowAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        using var ending = invocation.Get(For) is { } time
            ? new CancellationTokenSource(time, TimeProvider.System)
            : new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            ending.Cancel();
        });
        var team = await invocation.Names.TeamAsync(cancellationToken);
        var view = new TeamView(invocation.Client, team);
        try
        {
            if (invocation.Get(Json) || Console.IsOutputRedirected)
            {
                await foreach (var item in invocation.Client.WatchTeamAsync(team.Id, cancellationToken: ending.Token))
                {
                    Printer.WriteJsonLine(item);
                }
            }
            else
            {
                await invocation.Printer.Screen.Live(view.Draw()).AutoClear(false).StartAsync(live => ShowAsync(live, view, ending.Token));
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // Whoever watched has seen enough.
        }
    }

    private static async Task ShowAsync(LiveDisplayContext live, TeamView view, CancellationToken cancellationToken)
    {
        var following = view.FollowAsync(cancellationToken);
        while (!following.IsCompleted)
        {
            live.UpdateTarget(view.Draw());
            await Task.WhenAny(following, Task.Delay(BetweenFrames, TimeProvider.System, cancellationToken));
        }

        await following;
    }
}
