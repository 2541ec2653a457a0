// Each fixture has its own server and database. Many wait for processes that are killed, blocked or starved, so more of them run concurrently than
// there are processors.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(5)]
