using System.Diagnostics;

namespace Entourage.Testing;

/// <summary>
/// Ties the life of a child process to the process that starts it, however that ends: its standard input is a pipe that only the starter
/// keeps open, and a shell beside the child kills it at the end of that pipe. The child itself reads nothing and keeps its process id.
/// A parent-death signal of the kernel would not do: it is sent when the starting thread ends, which in .NET may be any thread of the pool.
/// </summary>
public static class Tether
{
    // The watcher is a child of the shell that becomes the program. It kills only its own parent: once the program has ended, the watcher's
    // parent is another process, and the id may be somebody else's. Its output goes nowhere, so that it does not keep the program's pipes open.
    private const string Script = """
        exec 3<&0
        {
          read -r _ <&3
          if [ -r /proc/self/stat ]; then read -r _ _ _ parent _ < /proc/self/stat; else parent=$(ps -o ppid= -p "$(exec bash -c 'echo $PPID')"); fi
          [ "$parent" -eq $$ ] && kill -KILL $$
        } > /dev/null 2>&1 &
        exec "$@" 3<&- < /dev/null
        """;

    /// <summary>Starts a process that ends with this one at the latest. Its standard input is taken.</summary>
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

    /// <summary>The command line of a program that is killed at the end of its standard input.</summary>
    /// <remarks>By bash: other shells drop environment variables with a dot in their name, such as those of single log categories.</remarks>
    public static string[] Tie(string[] program) => ["bash", "-c", Script, "bash", .. program];
}
