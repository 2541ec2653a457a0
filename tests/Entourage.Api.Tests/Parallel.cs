// Tests of processes that are killed, blocked or starved mostly wait, so more of them run concurrently than there are processors.
[assembly: LevelOfParallelism(4)]
