namespace Entourage.Bench.Load;

/// <summary>Makes the generator's sockets handle each answer on the polling thread, without a switch to another thread.</summary>
internal static class GeneratorSockets
{
    /// <summary>The runtime setting. Servers do not get it.</summary>
    public const string Setting = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>Applies the setting. Call it before the first socket is opened.</summary>
    public static void Prepare() => Environment.SetEnvironmentVariable(Setting, "1");
}
