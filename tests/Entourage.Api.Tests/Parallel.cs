// Tests of processes that are killed, held up or starved mostly wait: more of them run at once than there are processors.
[assembly: LevelOfParallelism(4)]
