namespace Entourage.Application.Ledger;

/// <summary>A session cannot start, because a planned move of its agent is due and must be made first.</summary>
internal sealed class MoveDueException() : Exception("A planned move of the agent to another team is due.");
