using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entourage.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AssumedPrices : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_UsageRecords_Model_Sequence",
                table: "UsageRecords");

            migrationBuilder.AddColumn<long>(
                name: "AssumedCostBillionUsd",
                table: "UsageRollups",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "AssumedCostNanoUsd",
                table: "UsageRollups",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "SummarisedAssumedCostBillionUsd",
                table: "UsageRollups",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "SummarisedAssumedCostNanoUsd",
                table: "UsageRollups",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "AssumedCost",
                table: "UsageRecords",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<bool>(
                name: "IsEstimated",
                table: "UsageRecords",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<bool>(
                name: "IsAssumed",
                table: "Reservations",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<long>(
                name: "AssumedCostBillionUsd",
                table: "FoldedUsage",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "AssumedCostNanoUsd",
                table: "FoldedUsage",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "AssumedCostBillionUsd",
                table: "CostSummaries",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "AssumedCostNanoUsd",
                table: "CostSummaries",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateIndex(
                name: "IX_UsageRecords_Model_Sequence",
                table: "UsageRecords",
                columns: new[] { "Model", "Sequence" },
                filter: "[CostSource] IN (2, 5)");

            // What had been reserved was an estimate before there was a mark for it, too.
            migrationBuilder.Sql("UPDATE UsageRecords SET IsEstimated = 1 WHERE CostSource = 4");

            // 'Record' was the default. Only teams whose audit trail shows that they went back to it have chosen it.
            migrationBuilder.Sql(
                "UPDATE Teams SET UnpricedModels = 'Assume' WHERE UnpricedModels = 'Record' AND NOT EXISTS (SELECT 1 FROM AuditEntries a "
                + "WHERE a.TeamId = Teams.Id AND a.Action = 'TeamSettingsChanged' AND a.NewValue LIKE '%\"unpriced_models\":\"record\"%')");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("UPDATE Teams SET UnpricedModels = 'Record' WHERE UnpricedModels = 'Assume'");

            migrationBuilder.DropIndex(
                name: "IX_UsageRecords_Model_Sequence",
                table: "UsageRecords");

            migrationBuilder.DropColumn(
                name: "AssumedCostBillionUsd",
                table: "UsageRollups");

            migrationBuilder.DropColumn(
                name: "AssumedCostNanoUsd",
                table: "UsageRollups");

            migrationBuilder.DropColumn(
                name: "SummarisedAssumedCostBillionUsd",
                table: "UsageRollups");

            migrationBuilder.DropColumn(
                name: "SummarisedAssumedCostNanoUsd",
                table: "UsageRollups");

            migrationBuilder.DropColumn(
                name: "AssumedCost",
                table: "UsageRecords");

            migrationBuilder.DropColumn(
                name: "IsEstimated",
                table: "UsageRecords");

            migrationBuilder.DropColumn(
                name: "IsAssumed",
                table: "Reservations");

            migrationBuilder.DropColumn(
                name: "AssumedCostBillionUsd",
                table: "FoldedUsage");

            migrationBuilder.DropColumn(
                name: "AssumedCostNanoUsd",
                table: "FoldedUsage");

            migrationBuilder.DropColumn(
                name: "AssumedCostBillionUsd",
                table: "CostSummaries");

            migrationBuilder.DropColumn(
                name: "AssumedCostNanoUsd",
                table: "CostSummaries");

            migrationBuilder.CreateIndex(
                name: "IX_UsageRecords_Model_Sequence",
                table: "UsageRecords",
                columns: new[] { "Model", "Sequence" },
                filter: "[CostSource] = 2");
        }
    }
}
