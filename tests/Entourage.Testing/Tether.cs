using System.Diagnostics;

namespace Entourage.Testing;

/// <summary>
/// Ends a child process together with its starter, however that ends. The child's standard input is a pipe that only the starter
/// keeps open, and a shell beside the child kills it when the pipe closes. The child reads nothing and keeps its process id.
/// The kernel's parent-death signal would not do: it is sent when the starting thread ends, which in .NET may be any pool thread.
/// </summary>
public static class Tether
{
    // The watcher is a child of the shell that becomes the program. It kills only its own parent: once the program has ended, the watcher's
    // parent is another process, and the id may be reused. Its output is discarded, so that it does not keep the program's pipes open.
    private const string Script = """
        exec 3<&0
        {
          read -r _ <&3
          if [ -r /proc/self/stat ]; then read -r _ _ _ parent _ < /proc/self/stat; else parent=$(ps -o ppid= -p "$(exec bash -c 'echo $PPID')"); fi
          [ "$parent" -eq $$ ] && kill -KILL $$
        } > /dev/null 2>&1 &
        exec "$@" 3<&- < /dev/null
        """;

    /// <summary>Starts a process that ends with this one at the latest. Its standard input is in use.</summary>
    public static Process Start(ProcessStartInfo start)
    {
        ArgumentNullException.ThrowIfNull(start);
        if (!OperatingSystem.IsWindows())
        {
            var command = Tie([start.FileName, .. start.ArgumentList]);
            start.FileName = command[0];
            start.ArgumentList.Clear();
            foreach (var argument in command[1..])
            {
                start.ArgumentList.Add(argument);
            }

            start.RedirectStandardInput = true;
        }

        return Process.Start(start)!;
    }

    /// <summary>The command line of a program that is killed when its standard input closes.</summary>
    /// <remarks>Needs bash: other shells drop environment variables with a dot in their name, such as those of log categories.</remarks>
    public static string[] Tie(string[] program) => ["bash", "-c", Script, "bash", .. program];
}
