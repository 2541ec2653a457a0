using System.Text.Json;
using System.Text.Json.Serialization;

namespace Entourage.Cli.Configuration;

/// <summary>The login of the current user.</summary>
/// <param name="Url">The server's address.</param>
/// <param name="ApiKey">The key, or null for none.</param>
internal sealed record StoredLogin(Uri Url, string? ApiKey)
{
    /// <summary>The path of the file, which only its user can read.</summary>
    public static string FilePath => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "entourage", "login.json");

    /// <summary>Reads the login and returns null if there is none.</summary>
    /// <exception cref="CommandException">The file cannot be read.</exception>
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

    /// <summary>Writes the file, replacing an existing login.</summary>
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

        // Write a temporary file first, so that the login is never incomplete or readable by others.
        var temporary = $"{FilePath}.{Environment.ProcessId}";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, options))
        {
            JsonSerializer.Serialize(file, this, StoredLoginJson.Default.StoredLogin);
        }

        File.Move(temporary, FilePath, overwrite: true);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(StoredLogin))]
internal sealed partial class StoredLoginJson : JsonSerializerContext;
