using AutoMapper;
using AutoMapper.Internal;
using Entourage.Application;
using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Paging;
using Entourage.Gateway;
using Entourage.Infrastructure;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;

namespace Entourage.Architecture.Tests;

/// <summary>Every request has one handler, a permission and a validator.</summary>
internal sealed class RequestTests
{
    private static readonly IReadOnlyList<Type> Requests =
        [.. Repository.Types.Where(type => type is { IsClass: true, IsAbstract: false } && type.Implements(typeof(IRequest<>)))];

    private static readonly IReadOnlyList<Type> RequestsWithInput = [.. Requests.Where(HasInput)];

    private static readonly IReadOnlyList<Type> Parts = [.. Repository.Types.Where(type => type is { IsClass: true, IsAbstract: false }
        && (type.Implements(typeof(IRequestHandler<,>)) || type.Implements(typeof(IValidator<>))
            || type.Implements(typeof(IEntityTypeConfiguration<>)) || type.IsAssignableTo(typeof(Profile))))];

    private ServiceCollection services = null!;
    private ServiceProvider provider = null!;

    [OneTimeSetUp]
    public void Build()
    {
        services = [];
        services.AddLogging();
        services.AddMetrics();

        // Services that the host provides.
        services.AddSingleton<IHostApplicationLifetime, ApplicationLifetime>();
        services.AddApplication(autoMapperLicenceKey: null);
        services.AddInfrastructure(new ConfigurationBuilder().Build());
        services.AddGateway(new ConfigurationBuilder().Build());
        provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true, ValidateOnBuild = true });
    }

    [OneTimeTearDown]
    public async Task RemoveAsync()
    {
        if (provider is not null)
        {
            await provider.DisposeAsync();
        }
    }

    [TestCaseSource(nameof(Requests))]
    public async Task Every_request_has_one_handler(Type request)
    {
        var contract = typeof(IRequestHandler<,>).MakeGenericType(request, AnswerOf(request));
        Assert.That(services.Count(service => service.ServiceType == contract), Is.EqualTo(1));

        await using var scope = provider.CreateAsyncScope();
        Assert.That(scope.ServiceProvider.GetRequiredService(contract), Is.Not.Null);
    }

    [TestCaseSource(nameof(Requests))]
    public void Every_request_is_named_Command_or_Query(Type request)
    {
        Assert.That(request.Name, Does.EndWith(Changes(request) ? "Command" : "Query"));
    }

    [TestCaseSource(nameof(Requests))]
    public void Every_request_declares_its_permission(Type request) => Assert.Multiple(() =>
    {
        Assert.That(request.Implements(typeof(IQuery<>)) || Changes(request), Is.True);
        Assert.That(typeof(IAuthorizedRequest).IsAssignableFrom(request), Is.True);

        // As a property it would be part of the hash of an idempotency key.
        Assert.That(request.GetProperties().Select(member => member.PropertyType), Has.None.EqualTo(typeof(Permission)).And.None.EqualTo(typeof(Permission?)));
    });

    [Test]
    public void Permission_is_checked_first() => Assert.That(
        services.First(service => service.ServiceType == typeof(IPipelineBehavior<,>)).ImplementationType, Is.EqualTo(typeof(AccessBehavior<,>)));

    [TestCaseSource(nameof(RequestsWithInput))]
    public void Every_request_with_input_has_a_validator(Type request)
    {
        var validators = provider.GetServices(typeof(IValidator<>).MakeGenericType(request));
        Assert.That(validators.Count(), Is.EqualTo(1));
    }

    [Test]
    public void Every_validator_has_a_request() => Assert.That(
        Parts.Where(type => type.Implements(typeof(IValidator<>))).Select(type => type.BaseType!.GenericTypeArguments.Single()),
        Is.SubsetOf(Requests).And.Unique);

    [TestCaseSource(nameof(Parts))]
    public void Handlers_validators_and_mappings_are_internal_and_sealed(Type part) => Assert.Multiple(() =>
    {
        Assert.That(part.IsVisible, Is.False);
        Assert.That(part.IsSealed, Is.True);
    });

    [Test]
    public void Every_member_of_a_response_is_mapped() =>
        provider.GetRequiredService<AutoMapper.IConfigurationProvider>().AssertConfigurationIsValid();

    [Test]
    public void Requests_are_never_mapped() => Assert.That(
        provider.GetRequiredService<AutoMapper.IConfigurationProvider>().Internal().GetAllTypeMaps().Select(map => map.DestinationType.Name),
        Is.All.EndsWith("Response"));

    private static Type AnswerOf(Type request) => request.GetInterfaces()
        .Single(contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IRequest<>))
        .GenericTypeArguments[0];

    private static bool Changes(Type request) => request.Implements(typeof(ICommand<>)) || request.Implements(typeof(ILedgerCommand<>));

    // Ids need no validation because they are looked up. Idempotency keys are checked where they are used.
    private static bool HasInput(Type request) => request.GetProperties().Any(member =>
        member.PropertyType == typeof(PageRequest)
        || (Changes(request)
            && member.PropertyType != typeof(bool)
            && !member.Name.EndsWith("Id", StringComparison.Ordinal)
            && member.Name is not (nameof(IIdempotentCommand.IdempotencyKey) or nameof(IIdempotentCommand.IdempotencyScope))));
}
