using MediatR;

namespace Entourage.Application.Abstractions;

/// <summary>A request that changes the store: it runs in a transaction of its own.</summary>
/// <typeparam name="TResponse">What it answers.</typeparam>
public interface ICommand<out TResponse> : IRequest<TResponse>;
