using Entourage.Application.Access;
using Entourage.Infrastructure;
using MediatR;

namespace Entourage.Api.Commands;

/// <summary>The services, settings, arguments and output of a command.</summary>
internal sealed record CommandContext(IServiceProvider Services, IConfiguration Configuration, CommandLine Arguments, TextWriter Console)
{
    /// <summary>The path of the SQLite file; null on SQL Server.</summary>
    public string? SqlitePath => DatabaseOptions.SqlitePathOf(Configuration);

    public DateTimeOffset Now => Services.GetRequiredService<TimeProvider>().GetUtcNow();

    /// <summary>Sends a request on behalf of Entourage.</summary>
    public async Task<T> SendAsync<T>(IRequest<T> request)
    {
        await using var scope = Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallerContext>().Current = Caller.Entourage;
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request);
    }

    /// <summary>Checks that the SQLite file exists, because opening a missing file would create an empty store.</summary>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    public void EnsureStoreExists()
    {
        if (SqlitePath is { } file && !File.Exists(file))
        {
            throw new FileNotFoundException($"There is no store at {file}.");
        }
    }
}
