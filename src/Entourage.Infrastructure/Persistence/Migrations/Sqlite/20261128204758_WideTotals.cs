using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entourage.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class WideTotals : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "CostBillionUsd",
                table: "UsageRollups",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "ImputedCostBillionUsd",
                table: "UsageRollups",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "SummarisedCostBillionUsd",
                table: "UsageRollups",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "SummarisedImputedCostBillionUsd",
                table: "UsageRollups",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "CostBillionUsd",
                table: "Sessions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "ImputedCostBillionUsd",
                table: "Sessions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "CostBillionUsd",
                table: "FoldedUsage",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "ImputedCostBillionUsd",
                table: "FoldedUsage",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "CostBillionUsd",
                table: "CostSummaries",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "ImputedCostBillionUsd",
                table: "CostSummaries",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "ReservedBillionUsd",
                table: "BudgetCounters",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "SpentBillionUsd",
                table: "BudgetCounters",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.SplitTotals();
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.JoinTotals();

            migrationBuilder.DropColumn(
                name: "CostBillionUsd",
                table: "UsageRollups");

            migrationBuilder.DropColumn(
                name: "ImputedCostBillionUsd",
                table: "UsageRollups");

            migrationBuilder.DropColumn(
                name: "SummarisedCostBillionUsd",
                table: "UsageRollups");

            migrationBuilder.DropColumn(
                name: "SummarisedImputedCostBillionUsd",
                table: "UsageRollups");

            migrationBuilder.DropColumn(
                name: "CostBillionUsd",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "ImputedCostBillionUsd",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "CostBillionUsd",
                table: "FoldedUsage");

            migrationBuilder.DropColumn(
                name: "ImputedCostBillionUsd",
                table: "FoldedUsage");

            migrationBuilder.DropColumn(
                name: "CostBillionUsd",
                table: "CostSummaries");

            migrationBuilder.DropColumn(
                name: "ImputedCostBillionUsd",
                table: "CostSummaries");

            migrationBuilder.DropColumn(
                name: "ReservedBillionUsd",
                table: "BudgetCounters");

            migrationBuilder.DropColumn(
                name: "SpentBillionUsd",
                table: "BudgetCounters");
        }
    }
}
