using System.Reflection;

namespace Entourage.Api.Startup;

/// <summary>The version of this program.</summary>
internal static class ProductVersion
{
    // Enough digits to identify the commit.
    private const int CommitDigits = 12;

    /// <summary>The version, with the commit if it is known: <c>1.0.0+0123456789ab</c>.</summary>
    public static readonly string Text = Shorten(
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0");

    private static string Shorten(string version) =>
        version.IndexOf('+', StringComparison.Ordinal) is var plus and >= 0 ? version[..Math.Min(version.Length, plus + 1 + CommitDigits)] : version;
}
