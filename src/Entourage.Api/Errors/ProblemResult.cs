using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Errors;

/// <summary>Answers with a problem.</summary>
/// <param name="problem">The problem.</param>
internal sealed class ProblemResult(Problem problem) : IActionResult
{
    public Task ExecuteResultAsync(ActionContext context) => problem.WriteAsync(context.HttpContext);
}
