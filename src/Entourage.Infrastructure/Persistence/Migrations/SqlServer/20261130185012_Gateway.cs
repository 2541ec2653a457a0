using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entourage.Infrastructure.Persistence.Migrations.SqlServer
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
                type: "bit",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "ProviderResponseId",
                table: "UsageRecords",
                type: "nvarchar(200)",
                maxLength: 200,
                nullable: true,
                collation: "Latin1_General_100_BIN2");

            migrationBuilder.AddColumn<string>(
                name: "RequestedModel",
                table: "UsageRecords",
                type: "nvarchar(100)",
                maxLength: 100,
                nullable: true,
                collation: "Latin1_General_100_BIN2");

            migrationBuilder.AddColumn<string>(
                name: "ModelFallbacks",
                table: "Teams",
                type: "varchar(4200)",
                unicode: false,
                maxLength: 4200,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<long>(
                name: "FallbackCalls",
                table: "Sessions",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "GatewayCalls",
                table: "Sessions",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "LastRefusedAt",
                table: "Sessions",
                type: "datetimeoffset",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "LoweredCalls",
                table: "Sessions",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "RefusedCalls",
                table: "Sessions",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<bool>(
                name: "IsHeld",
                table: "Reservations",
                type: "bit",
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
