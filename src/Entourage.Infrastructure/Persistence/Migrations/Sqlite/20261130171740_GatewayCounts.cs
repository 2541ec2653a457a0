using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entourage.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class GatewayCounts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "IsOutputLimitLowered",
                table: "UsageRecords",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<long>(
                name: "FallbackCalls",
                table: "Sessions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "GatewayCalls",
                table: "Sessions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "LastRefusedAt",
                table: "Sessions",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "LoweredCalls",
                table: "Sessions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "RefusedCalls",
                table: "Sessions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "IsOutputLimitLowered",
                table: "UsageRecords");

            migrationBuilder.DropColumn(
                name: "FallbackCalls",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "GatewayCalls",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "LastRefusedAt",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "LoweredCalls",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "RefusedCalls",
                table: "Sessions");
        }
    }
}
