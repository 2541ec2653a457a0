using System.CommandLine;
using System.Runtime.InteropServices;
using Entourage.Cli.Output;
using Spectre.Console;

namespace Entourage.Cli.Commands;

/// <summary>Shows the spending of agents live.</summary>
internal static class TopCommand
{
    private static readonly TimeSpan FrameInterval = TimeSpan.FromMilliseconds(250);

    private static readonly Option<TimeSpan?> For = OptionFactory.Duration("--for", "Exit after this time. By default, exit with Ctrl+C.");
    private static readonly Option<bool> Json = new("--json") { Description = "Print each event as a line of JSON." };

    public static Command Create() => Invocation.Define("top", "Show the spending of the team's agents live.", [For, Json], ShowAsync);

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
        var team = await invocation.Names.FindTeamAsync(cancellationToken);
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
            // Ctrl+C, or the time is over.
        }
    }

    private static async Task ShowAsync(LiveDisplayContext live, TeamView view, CancellationToken cancellationToken)
    {
        var following = view.FollowAsync(cancellationToken);
        while (!following.IsCompleted)
        {
            live.UpdateTarget(view.Draw());
            await Task.WhenAny(following, Task.Delay(FrameInterval, TimeProvider.System, cancellationToken));
        }

        await following;
    }
}
