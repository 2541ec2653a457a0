using System.Linq.Expressions;

namespace Entourage.Application.Paging;

/// <summary>Helps to build queries from lambdas and values.</summary>
internal static class Parameters
{
    /// <summary>Returns the body of a lambda, applied to a parameter.</summary>
    public static Expression Replace(LambdaExpression lambda, ParameterExpression parameter) => new Replacement(lambda.Parameters[0], parameter).Visit(lambda.Body);

    /// <summary>Returns a value as a parameter of the statement. A constant would become a part of its text.</summary>
    public static Expression ValueOf<T>(T value) => Expression.Property(Expression.Constant(new Holder<T>(value)), nameof(Holder<>.Value));

    // A member of an object is what the compiler makes of a captured variable.
    private sealed record Holder<T>(T Value);

    private sealed class Replacement(Expression from, Expression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : node;
    }
}
