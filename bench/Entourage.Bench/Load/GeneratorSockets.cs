namespace Entourage.Bench.Load;

/// <summary>How the generator's sockets work: without a hop to another thread for every answer.</summary>
internal static class GeneratorSockets
{
    /// <summary>The runtime's setting. A server gets none of it.</summary>
    public const string Setting = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>Takes effect when it comes before the first socket.</summary>
    public static void Prepare() => Environment.SetEnvironmentVariable(Setting, "1");
}
