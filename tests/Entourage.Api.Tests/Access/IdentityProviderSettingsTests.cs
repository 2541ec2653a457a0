using Entourage.Testing;

namespace Entourage.Api.Tests.Access;

/// <summary>Settings of an identity provider that stop the server.</summary>
internal sealed class IdentityProviderSettingsTests
{
    [TestCase("Auth:OpenIdConnect:Authority must be an address", "Authority=id.example.com")]
    [TestCase("Auth:OpenIdConnect:Authority must begin with https://", "Authority=http://id.example.com")]
    [TestCase("Auth:OpenIdConnect:Authority is missing", "Authority=")]
    [TestCase("Auth:OpenIdConnect:ClientId is missing", "ClientId=")]
    [TestCase("Auth:OpenIdConnect:ClientSecret is missing", "ClientSecret=")]
    [TestCase("Auth:OpenIdConnect:ClientSecret is too short", "ClientSecret=short")]
    [TestCase("Auth:OpenIdConnect:Scopes must contain openid", "Scopes=profile")]
    [TestCase("Auth:OpenIdConnect:SessionMinutes must be between 5 and 10080", "SessionMinutes=1")]
    [TestCase("Auth:OpenIdConnect:Groups:0:Name is missing", "Groups:0:Name=")]
    [TestCase("Auth:OpenIdConnect:Groups:0:Role must be admin or lead", "Groups:0:Role=agent")]
    [TestCase("Auth:OpenIdConnect:Groups:0:Role", "Groups:0:Role=owner")]
    [TestCase("Auth:OpenIdConnect:Groups:0:TeamId is missing", "Groups:0:Role=lead")]
    [TestCase("Auth:OpenIdConnect:Groups:0:TeamId must not be set", "Groups:0:TeamId=01890000-0000-7000-8000-000000000000")]
    public async Task Wrong_setting_stops_the_server_with_a_line(string reason, string setting)
    {
        await using var database = await TestDatabase.CreateAsync(Store.Sqlite);
        await using var provider = await IdentityProvider.StartAsync();
        var settings = provider.Settings(("platform", "admin", null));
        var parts = setting.Split('=');
        settings["Auth:OpenIdConnect:" + parts[0]] = parts[1];
        var (exitCode, errors) = await ApiProcess.FailAsync(database, [.. settings.Select(each => $"--{each.Key}={each.Value}"), "--urls=http://127.0.0.1:0"]);
        Assert.That((exitCode, errors.Trim().Count(letter => letter == '\n')), Is.EqualTo((1, 0)));
        Assert.That(errors, Does.StartWith("Entourage cannot start: ").And.Contain(reason));
    }
}
