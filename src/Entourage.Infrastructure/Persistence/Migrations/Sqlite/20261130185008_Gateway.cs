using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entourage.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Gateway : Migration
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

            migrationBuilder.AddColumn<string>(
                name: "ProviderResponseId",
                table: "UsageRecords",
                type: "TEXT",
                maxLength: 200,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "RequestedModel",
                table: "UsageRecords",
                type: "TEXT",
                maxLength: 100,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "ModelFallbacks",
                table: "Teams",
                type: "TEXT",
                unicode: false,
                maxLength: 4200,
                nullable: false,
                defaultValue: "");

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

            migrationBuilder.AddColumn<bool>(
                name: "IsHeld",
                table: "Reservations",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "IsOutputLimitLowered",
                table: "UsageRecords");

            migrationBuilder.DropColumn(
                name: "ProviderResponseId",
                table: "UsageRecords");

            migrationBuilder.DropColumn(
                name: "RequestedModel",
                table: "UsageRecords");

            migrationBuilder.DropColumn(
                name: "ModelFallbacks",
                table: "Teams");

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

            migrationBuilder.DropColumn(
                name: "IsHeld",
                table: "Reservations");
        }
    }
}
