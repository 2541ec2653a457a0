using System.Diagnostics.Metrics;
using Entourage.Api.Otlp;
using Entourage.Api.Otlp.Wire;
using Entourage.Application;
using Entourage.Application.Access;
using Entourage.Application.Agents;
using Entourage.Application.Ledger;
using Entourage.Application.Organisations;
using Entourage.Application.Otlp;
using Entourage.Application.Sessions;
using Entourage.Application.Teams;
using Entourage.Domain.Agents;
using Entourage.Domain.Sessions;
using Entourage.Infrastructure;
using Entourage.Infrastructure.Persistence;
using Google.Protobuf;
using MediatR;

namespace Entourage.Api.Startup;

/// <summary>
/// Runs the code that records spending once, so that it is compiled before the first export. On a busy machine that export would take
/// seconds otherwise, and a program that is about to end does not wait for the answer. The warm-up uses a temporary store, and writes nothing
/// to the real ledger, its metrics or its log.
/// </summary>
internal static partial class WarmUp
{
    private const string Name = "warm-up";

    // A late start is worse than a slow first request.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    // Code is compiled once per process.
    private static int isDone;

    /// <summary>Returns after ten seconds at the latest. A failure is only logged.</summary>
    public static async Task RunAsync(ILogger logger)
    {
        if (Interlocked.Exchange(ref isDone, 1) == 0)
        {
            await Task.WhenAny(Task.Run(() => TryRecordAsync(logger)), Task.Delay(Timeout, TimeProvider.System));
        }
    }

    private static async Task TryRecordAsync(ILogger logger)
    {
        try
        {
            var folder = Directory.CreateTempSubdirectory("entourage-warm-up-");
            try
            {
                await RecordAsync(Path.Combine(folder.FullName, "entourage.db"));
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
        catch (Exception exception)
        {
            LogFailed(logger, exception);
        }
    }

    private static async Task RecordAsync(string path)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<IMeterFactory, DetachedMeterFactory>().AddApplication(null);
        services.AddInfrastructure(new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create($"ConnectionStrings:{DatabaseOptions.ConnectionStringName}", (string?)$"Data Source={path};Pooling=False")])
            .Build());
        await using var provider = services.BuildServiceProvider();
        await using var scope = provider.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallerContext>().Current = Caller.Entourage;
        await scope.ServiceProvider.GetRequiredService<EntourageDb>().Database.EnsureCreatedAsync();
        var ledger = (IHostedService)provider.GetRequiredService<IBudgetLedger>();
        await ledger.StartAsync(CancellationToken.None);
        try
        {
            await RecordAsync(scope.ServiceProvider.GetRequiredService<IMediator>());
        }
        finally
        {
            await ledger.StopAsync(CancellationToken.None);
        }
    }

    private static async Task RecordAsync(IMediator mediator)
    {
        var organisation = await mediator.Send(new CreateOrganisationCommand(Name, Name, null));
        var team = await mediator.Send(new CreateTeamCommand(organisation.Id, Name, Name, null, null));
        var agent = await mediator.Send(new CreateAgentCommand(team.Id, Name, AgentRole.Engineer, Name, null));
        await mediator.Send(new IngestTelemetryCommand(ReadExport(agent.Id)));
        var session = await mediator.Send(new StartSessionCommand(agent.Id, null, Name, null, null, null));
        await mediator.Send(new RecordUsageCommand(session.Id, 1, 1, null, null, null, false, null, null, null, null, null, Billing.Api, Name));
    }

    // An export of one call, in the format of most exporters.
    private static ParsedTelemetry ReadExport(Guid agentId)
    {
        var record = new LogRecord
        {
            Body = Text("claude_code.api_request"),
            Attributes =
            {
                Attribute("event.name", Text("api_request")),
                Attribute("session.id", Text(Name)),
                Attribute("request_id", Text(Name)),
                Attribute("model", Text(Name)),
                Attribute("input_tokens", new Value { Whole = 1 }),
                Attribute("cost_usd", new Value { Fraction = 0.01 }),
            },
        };
        var resource = new Entourage.Api.Otlp.Wire.Resource { Attributes = { Attribute(TelemetryAttributes.Agent, Text(agentId.ToString())), Attribute("service.name", Text("claude-code")) } };
        byte[] body = Field(1, [.. Field(1, resource.ToByteArray()), .. Field(2, Field(2, record.ToByteArray()))]);
        var (limits, format) = (new ApiLimits(), new OtlpProtobuf());
        var index = new OtlpIndex(limits, CancellationToken.None);
        format.Index(body, isWhole: true, OtlpSignal.Logs, index);
        return ParsedTelemetry.Parse(
            new OtlpItems(body, index, format, limits).ToBatch(OtlpSignal.Logs), callerAgentId: null, limits.TelemetrySources, CancellationToken.None);
    }

    private static Entourage.Api.Otlp.Wire.Attribute Attribute(string key, Value value) => new() { Key = ByteString.CopyFromUtf8(key), Value = value };

    private static Value Text(string text) => new() { Text = ByteString.CopyFromUtf8(text) };

    private static byte[] Field(int number, byte[] message)
    {
        using var written = new MemoryStream();
        using (var output = new CodedOutputStream(written, leaveOpen: true))
        {
            output.WriteTag(number, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(message));
        }

        return written.ToArray();
    }

    [LoggerMessage(4, LogLevel.Debug, "The warm-up failed, so the first requests take longer")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    /// <summary>Keeps the warm-up out of the server's metrics.</summary>
    private sealed class DetachedMeterFactory : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(Name);

        public void Dispose()
        {
        }
    }
}
