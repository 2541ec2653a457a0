using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Startup;

/// <summary>
/// Stores the framework's data protection keys below the home folder, its default, or in memory if that is not writable. The server can
/// then serve pages on a full disk, but pages that were opened before a restart must be reloaded.
/// </summary>
internal sealed partial class DataProtectionKeys(DirectoryInfo folder, ILoggerFactory loggers) : IXmlRepository
{
    private readonly ILogger logger = loggers.CreateLogger<DataProtectionKeys>();
    private readonly Lock gate = new();
    private readonly List<XElement> inMemory = [];

    /// <summary>Registers this repository, unless the framework uses another one.</summary>
    public static void AddTo(IServiceCollection services) => services.AddSingleton<IPostConfigureOptions<KeyManagementOptions>>(provider =>
        new PostConfigureOptions<KeyManagementOptions>(Options.DefaultName, options =>
        {
            if (!OperatingSystem.IsWindows() && FileSystemXmlRepository.DefaultKeyStorageDirectory is { } folder)
            {
                options.XmlRepository ??= new DataProtectionKeys(folder, provider.GetRequiredService<ILoggerFactory>());
            }
        }));

    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        XElement[] copies;
        lock (gate)
        {
            copies = [.. inMemory.Select(element => new XElement(element))];
        }

        try
        {
            return [.. Files().GetAllElements(), .. copies];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return copies;
        }
    }

    /// <inheritdoc/>
    public void StoreElement(XElement element, string friendlyName)
    {
        try
        {
            Files().StoreElement(element, friendlyName);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogKept(logger, folder.FullName, exception);
            lock (gate)
            {
                inMemory.Add(new(element));
            }
        }
    }

    // The constructor creates the folder, which may fail.
    private FileSystemXmlRepository Files() => new(folder, loggers);

    [LoggerMessage(3004, LogLevel.Warning, "A data protection key could not be written to {Folder} and is kept in memory until this process ends")]
    private static partial void LogKept(ILogger logger, string folder, Exception exception);
}
