using Entourage.Application.Access;
using MediatR;

namespace Entourage.Application.Abstractions;

/// <summary>A request that changes nothing.</summary>
/// <typeparam name="TResponse">What it answers.</typeparam>
public interface IQuery<out TResponse> : IRequest<TResponse>, IAuthorizedRequest;

/// <summary>A request that changes the store: it runs in a transaction of its own.</summary>
/// <typeparam name="TResponse">What it answers.</typeparam>
public interface ICommand<out TResponse> : IRequest<TResponse>, IAuthorizedRequest;

/// <summary>A request that changes the ledger, in transactions that it shares with others or that its handler sees to.</summary>
/// <typeparam name="TResponse">What it answers.</typeparam>
public interface ILedgerCommand<out TResponse> : IRequest<TResponse>, IAuthorizedRequest;
