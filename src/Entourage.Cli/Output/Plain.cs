namespace Entourage.Cli.Output;

/// <summary>Text of others for a terminal: nothing in it moves the cursor or changes the colour.</summary>
internal static class Plain
{
    public static string Of(string text) =>
        text.Any(char.IsControl) ? new string([.. text.Select(character => char.IsControl(character) ? ' ' : character)]) : text;
}
