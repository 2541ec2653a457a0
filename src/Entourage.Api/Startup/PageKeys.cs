using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Startup;

/// <summary>
/// The keys with which the framework protects forms and the state of pages: below the home folder, as is its default, and in memory where
/// that cannot be written. Pages are served on a full disk too; those that were opened before a restart are then loaded anew.
/// </summary>
internal sealed partial class PageKeys(DirectoryInfo folder, ILoggerFactory loggers) : IXmlRepository
{
    private readonly ILogger logger = loggers.CreateLogger<PageKeys>();
    private readonly Lock gate = new();
    private readonly List<XElement> kept = [];

    /// <summary>Uses them, unless the framework would keep its keys elsewhere.</summary>
    public static void Configure(IServiceCollection services) => services.AddSingleton<IPostConfigureOptions<KeyManagementOptions>>(provider =>
        new PostConfigureOptions<KeyManagementOptions>(Options.DefaultName, options =>
        {
            if (!OperatingSystem.IsWindows() && FileSystemXmlRepository.DefaultKeyStorageDirectory is { } folder)
            {
                options.XmlRepository ??= new PageKeys(folder, provider.GetRequiredService<ILoggerFactory>());
            }
        }));

    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        XElement[] inMemory;
        lock (gate)
        {
            inMemory = [.. kept.Select(element => new XElement(element))];
        }

        try
        {
            return [.. Files().GetAllElements(), .. inMemory];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return inMemory;
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
                kept.Add(new(element));
            }
        }
    }

    // Makes the folder, which may fail.
    private FileSystemXmlRepository Files() => new(folder, loggers);

    [LoggerMessage(3004, LogLevel.Warning, "A key for pages could not be written to {Folder}, and is kept in memory until this process ends")]
    private static partial void LogKept(ILogger logger, string folder, Exception exception);
}
