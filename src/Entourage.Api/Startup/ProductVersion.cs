using System.Reflection;

namespace Entourage.Api.Startup;

/// <summary>Which version this program is.</summary>
internal static class ProductVersion
{
    // Of the commit that it was built from, so many digits tell it from all others.
    private const int DigitsOfCommit = 12;

    /// <summary>The version, with the commit where that is known: <c>1.0.0+0123456789ab</c>.</summary>
    public static readonly string Text = Shorten(
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0");

    private static string Shorten(string version) =>
        version.IndexOf('+', StringComparison.Ordinal) is var plus and >= 0 ? version[..Math.Min(version.Length, plus + 1 + DigitsOfCommit)] : version;
}
