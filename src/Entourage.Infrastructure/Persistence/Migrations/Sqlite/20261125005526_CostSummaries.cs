using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entourage.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class CostSummaries : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "IsSummarised",
                table: "UsageRollups",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "Sessions",
                table: "UsageRollups",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<long>(
                name: "SummarisedCacheReadTokens",
                table: "UsageRollups",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "SummarisedCacheWriteTokens",
                table: "UsageRollups",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "SummarisedCostNanoUsd",
                table: "UsageRollups",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "SummarisedImputedCostNanoUsd",
                table: "UsageRollups",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "SummarisedInputTokens",
                table: "UsageRollups",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "SummarisedOutputTokens",
                table: "UsageRollups",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<int>(
                name: "SummarisedSessions",
                table: "UsageRollups",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<long>(
                name: "SummarisedUnpricedTokens",
                table: "UsageRollups",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            // The quarter of an hour that each session began in.
            migrationBuilder.Sql(
                "UPDATE UsageRollups SET Sessions = 1 WHERE EXISTS (SELECT 1 FROM Sessions s WHERE s.Id = UsageRollups.SessionId "
                + "AND COALESCE(s.Model, '') = UsageRollups.Model AND UsageRollups.QuarterAt <= s.StartedAt "
                + "AND s.StartedAt < UsageRollups.QuarterAt + 9000000000)");

            migrationBuilder.CreateTable(
                name: "CostSummaries",
                columns: table => new
                {
                    SubjectId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Heading = table.Column<byte>(type: "INTEGER", nullable: false),
                    Day = table.Column<int>(type: "INTEGER", nullable: false),
                    Item = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    CacheReadTokens = table.Column<long>(type: "INTEGER", nullable: false),
                    CacheWriteTokens = table.Column<long>(type: "INTEGER", nullable: false),
                    CostNanoUsd = table.Column<long>(type: "INTEGER", nullable: false),
                    ImputedCostNanoUsd = table.Column<long>(type: "INTEGER", nullable: false),
                    InputTokens = table.Column<long>(type: "INTEGER", nullable: false),
                    OutputTokens = table.Column<long>(type: "INTEGER", nullable: false),
                    Sessions = table.Column<int>(type: "INTEGER", nullable: false),
                    UnpricedTokens = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CostSummaries", x => new { x.SubjectId, x.Heading, x.Day, x.Item });
                });

            migrationBuilder.CreateTable(
                name: "FoldedUsage",
                columns: table => new
                {
                    SessionId = table.Column<long>(type: "INTEGER", nullable: false),
                    QuarterAt = table.Column<long>(type: "INTEGER", nullable: false),
                    Model = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    Records = table.Column<long>(type: "INTEGER", nullable: false),
                    CacheReadTokens = table.Column<long>(type: "INTEGER", nullable: false),
                    CacheWriteTokens = table.Column<long>(type: "INTEGER", nullable: false),
                    CostNanoUsd = table.Column<long>(type: "INTEGER", nullable: false),
                    ImputedCostNanoUsd = table.Column<long>(type: "INTEGER", nullable: false),
                    InputTokens = table.Column<long>(type: "INTEGER", nullable: false),
                    OutputTokens = table.Column<long>(type: "INTEGER", nullable: false),
                    Sessions = table.Column<int>(type: "INTEGER", nullable: false),
                    UnpricedTokens = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_FoldedUsage", x => new { x.SessionId, x.QuarterAt, x.Model });
                    table.ForeignKey(
                        name: "FK_FoldedUsage_Sessions_SessionId",
                        column: x => x.SessionId,
                        principalTable: "Sessions",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_UsageRollups_TeamId",
                table: "UsageRollups",
                column: "TeamId",
                filter: "[IsSummarised] = 0");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "CostSummaries");

            migrationBuilder.DropTable(
                name: "FoldedUsage");

            migrationBuilder.DropIndex(
                name: "IX_UsageRollups_TeamId",
                table: "UsageRollups");

            migrationBuilder.DropColumn(
                name: "IsSummarised",
                table: "UsageRollups");

            migrationBuilder.DropColumn(
                name: "Sessions",
                table: "UsageRollups");

            migrationBuilder.DropColumn(
                name: "SummarisedCacheReadTokens",
                table: "UsageRollups");

            migrationBuilder.DropColumn(
                name: "SummarisedCacheWriteTokens",
                table: "UsageRollups");

            migrationBuilder.DropColumn(
                name: "SummarisedCostNanoUsd",
                table: "UsageRollups");

            migrationBuilder.DropColumn(
                name: "SummarisedImputedCostNanoUsd",
                table: "UsageRollups");

            migrationBuilder.DropColumn(
                name: "SummarisedInputTokens",
                table: "UsageRollups");

            migrationBuilder.DropColumn(
                name: "SummarisedOutputTokens",
                table: "UsageRollups");

            migrationBuilder.DropColumn(
                name: "SummarisedSessions",
                table: "UsageRollups");

            migrationBuilder.DropColumn(
                name: "SummarisedUnpricedTokens",
                table: "UsageRollups");
        }
    }
}
