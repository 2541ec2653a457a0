namespace Entourage.Cli;

/// <summary>What the program ends with. <c>run</c> ends with its command's own code, except where one of its own says otherwise.</summary>
internal static class ExitCodes
{
    /// <summary>It went well.</summary>
    public const int Ok = 0;

    /// <summary>The server refused, or cannot be reached.</summary>
    public const int Failed = 1;

    /// <summary>It was called in a wrong way. Also what <c>guard</c> blocks with: agents' hooks take 2 for that.</summary>
    public const int Usage = 2;

    /// <summary>Over a budget, paused, or told to stop.</summary>
    public const int Stop = 3;

    /// <summary>Of <c>run</c>: the server cannot be reached, and the command was not started.</summary>
    public const int Unreachable = 69;

    /// <summary>Of <c>run</c>: the command was stopped.</summary>
    public const int Stopped = 75;

    /// <summary>Of <c>run</c>: a start was refused, and the command was not started.</summary>
    public const int Refused = 77;

    /// <summary>Of <c>run</c>: the command is no program that may be run.</summary>
    public const int NotExecutable = 126;

    /// <summary>Of <c>run</c>: there is no such command.</summary>
    public const int NotFound = 127;
}
