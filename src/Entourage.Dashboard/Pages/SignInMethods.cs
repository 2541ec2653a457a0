namespace Entourage.Dashboard.Pages;

/// <summary>How visitors can sign in besides with a key.</summary>
/// <param name="Provider">The name of the identity provider; null if there is none.</param>
public sealed record SignInMethods(string? Provider);
