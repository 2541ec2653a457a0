using Entourage.Application.Access;
using MediatR;

namespace Entourage.Application.Abstractions;

/// <summary>A request that changes nothing.</summary>
/// <typeparam name="TResponse">The type of the response.</typeparam>
public interface IQuery<out TResponse> : IRequest<TResponse>, IAuthorizedRequest;

/// <summary>A request that changes the store. The pipeline runs it in one transaction.</summary>
/// <typeparam name="TResponse">The type of the response.</typeparam>
public interface ICommand<out TResponse> : IRequest<TResponse>, IAuthorizedRequest;

/// <summary>A request that changes the ledger. The ledger or the handler manages the transactions.</summary>
/// <typeparam name="TResponse">The type of the response.</typeparam>
public interface ILedgerCommand<out TResponse> : IRequest<TResponse>, IAuthorizedRequest;
