namespace Entourage.Cli;

/// <summary>The exit codes of the program. <c>run</c> exits with the code of its command unless one of the codes below applies.</summary>
internal static class ExitCodes
{
    /// <summary>Success.</summary>
    public const int Ok = 0;

    /// <summary>The server refused the request or cannot be reached.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage. <c>guard</c> also exits with this code to block, as agents' hooks expect.</summary>
    public const int Usage = 2;

    /// <summary>Over budget, paused or stopped.</summary>
    public const int Stop = 3;

    /// <summary>For <c>run</c>: the command was not started because the server cannot be reached.</summary>
    public const int Unreachable = 69;

    /// <summary>For <c>run</c>: Entourage stopped the command.</summary>
    public const int Stopped = 75;

    /// <summary>For <c>run</c>: the command was not started because the server refused the session.</summary>
    public const int Refused = 77;

    /// <summary>For <c>run</c>: the command cannot be executed.</summary>
    public const int NotExecutable = 126;

    /// <summary>For <c>run</c>: the command does not exist.</summary>
    public const int NotFound = 127;
}
