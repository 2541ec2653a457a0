using System.Reflection;
using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Agents;
using Entourage.Application.Audit;
using Entourage.Application.Behaviors;
using Entourage.Application.Budgets;
using Entourage.Application.Errors;
using Entourage.Application.Events;
using Entourage.Application.Keys;
using Entourage.Application.Ledger;
using Entourage.Application.Otlp;
using Entourage.Application.Prices;
using Entourage.Application.Sessions;
using Entourage.Application.Webhooks;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Application;

/// <summary>Registers the services of this assembly.</summary>
public static class DependencyInjection
{
    /// <summary>Adds all handlers, validators and mappings, and the pipeline that each request runs through.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="autoMapperLicenceKey">The AutoMapper licence key; null runs without one.</param>
    public static IServiceCollection AddApplication(this IServiceCollection services, string? autoMapperLicenceKey)
    {
        var assembly = Assembly.GetExecutingAssembly();

        services.AddTransient<IMediator, Mediator>();
        services.AddTransient<ServiceFactory>(provider => provider.GetRequiredService);
        foreach (var handler in assembly.GetTypes().Where(type => type is { IsClass: true, IsAbstract: false, IsGenericTypeDefinition: false }))
        {
            foreach (var contract in handler.GetInterfaces().Where(IsHandlerContract))
            {
                services.AddTransient(contract, handler);
            }
        }

        // In this order, so that a caller without permission learns nothing else, and an invalid request is rejected before a transaction begins.
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(AccessBehavior<,>));
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(ValidationBehavior<,>));
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(TransactionBehavior<,>));
        services.AddScoped<IdempotentReplay>();
        services.AddScoped<CallerContext>();
        services.AddTransient<AccessGate>();
        services.AddScoped<FirstKey>();
        services.AddSingleton<ResourceOwnerCache>();
        services.AddSingleton<KeyRing>();
        services.AddSingleton<RefusalMetrics>();
        services.AddScoped<EventSubscription>();
        services.AddScoped<AuditTrail>();
        services.AddScoped<BuiltInPrices>();
        services.AddScoped<CrossedLines>();
        services.AddScoped<UsageRepricer>();
        services.AddScoped<AbandonedSessions>();
        services.AddScoped<AgentMoves>();
        services.AddScoped<Digests>();
        services.AddScoped<UnsettledCalls>();
        services.AddScoped<SourceProcesses>();

        services.AddValidatorsFromAssembly(assembly, ServiceLifetime.Singleton, includeInternalTypes: true);
        ValidatorOptions.Global.DefaultRuleLevelCascadeMode = CascadeMode.Stop;
        services.AddAutoMapper(configuration => configuration.LicenseKey = autoMapperLicenceKey, assembly);
        return services;
    }

    private static bool IsHandlerContract(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IRequestHandler<,>);
}
