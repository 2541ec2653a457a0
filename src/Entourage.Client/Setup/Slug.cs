using System.Globalization;
using System.Text;

namespace Entourage.Client.Setup;

/// <summary>Derives the names in addresses from display names.</summary>
internal static class Slug
{
    private const int MaxLength = 100;

    /// <summary>Returns 1 to 100 characters of a-z, 0-9 and hyphens. A name without such letters gets a random slug.</summary>
    /// <param name="name">The display name.</param>
    /// <param name="kind">The start of a random slug, such as <c>team</c>.</param>
    public static string From(string name, string kind)
    {
        var slug = new StringBuilder();
        foreach (var character in name.Normalize(NormalizationForm.FormD))
        {
            if (char.IsAsciiLetterOrDigit(character))
            {
                slug.Append(char.ToLowerInvariant(character));
            }
            else if (slug.Length > 0 && slug[^1] != '-' && CharUnicodeInfo.GetUnicodeCategory(character) != UnicodeCategory.NonSpacingMark)
            {
                slug.Append('-');
            }
        }

        var derived = slug.ToString(0, Math.Min(slug.Length, MaxLength)).Trim('-');
        return derived.Length > 0 ? derived : $"{kind}-{Guid.CreateVersion7().ToString("N")[^8..]}";
    }
}
