using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Errors;

/// <summary>Answers with a problem.</summary>
internal sealed class ProblemResult(Problem problem) : IActionResult
{
    public Task ExecuteResultAsync(ActionContext context) => problem.WriteAsync(context.HttpContext);
}
