using System.Text.Json;
using System.Text.Json.Serialization;

namespace Entourage.Cli.Configuration;

/// <summary>The server that this user has logged in to.</summary>
/// <param name="Url">Its address.</param>
/// <param name="ApiKey">The key for it.</param>
internal sealed record StoredLogin(Uri Url, string? ApiKey)
{
    /// <summary>Where it is kept: a file that its user alone can read.</summary>
    public static string FilePath => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "entourage", "login.json");

    /// <summary>Reads it; null when there is none.</summary>
    /// <exception cref="CommandException">It cannot be read.</exception>
    public static StoredLogin? Read()
    {
        try
        {
            return File.Exists(FilePath) ? JsonSerializer.Deserialize(File.ReadAllBytes(FilePath), StoredLoginJson.Default.StoredLogin) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CommandException($"{FilePath} cannot be read: {exception.Message}", ExitCodes.Failed);
        }
    }

    /// <summary>Stores it in the place of what was there.</summary>
    public void Write()
    {
        var folder = Path.GetDirectoryName(FilePath)!;
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        // Beside it first, so that it is there whole or not at all, and nobody's but the user's from its first byte on.
        var written = $"{FilePath}.{Environment.ProcessId}";
        File.Delete(written);
        using (var file = new FileStream(written, options))
        {
            JsonSerializer.Serialize(file, this, StoredLoginJson.Default.StoredLogin);
        }

        File.Move(written, FilePath, overwrite: true);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(StoredLogin))]
internal sealed partial class StoredLoginJson : JsonSerializerContext;
