namespace Entourage.Api.Tests.Documentation;

/// <content>Costs by label.</content>
internal sealed partial class ExampleScenario
{
    private async Task ReportLabelsAsync()
    {
        await record.CallAsync("listTeamLabelKeys", Get, $"/teams/{team}/costs/label-keys");
        await record.CallAsync("listOrganisationLabelKeys", Get, $"/orgs/{organisation}/costs/label-keys");
        await record.CallAsync("getTeamLabelCosts", Get, $"/teams/{team}/costs/labels?key=customer&period=today");
        await record.CallAsync("getOrganisationLabelCosts", Get, $"/orgs/{organisation}/costs/labels?key=customer&period=month");
    }
}
