// Each test gets a ledger of its own.
[assembly: FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
