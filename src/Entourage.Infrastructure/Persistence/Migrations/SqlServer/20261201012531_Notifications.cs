using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entourage.Infrastructure.Persistence.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class Notifications : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Webhooks_TeamId_Sequence",
                table: "Webhooks");

            migrationBuilder.AddColumn<string>(
                name: "Digest",
                table: "Webhooks",
                type: "varchar(20)",
                unicode: false,
                maxLength: 20,
                nullable: false,
                defaultValue: "none");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "NextDigestAt",
                table: "Webhooks",
                type: "datetimeoffset",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "OrganisationId",
                table: "Webhooks",
                type: "uniqueidentifier",
                nullable: false,
                defaultValue: new Guid("00000000-0000-0000-0000-000000000000"));

            migrationBuilder.AddColumn<string>(
                name: "RoutingKey",
                table: "Webhooks",
                type: "nvarchar(100)",
                maxLength: 100,
                nullable: true,
                collation: "Latin1_General_100_BIN2");

            migrationBuilder.AddColumn<string>(
                name: "AcknowledgedBy",
                table: "Alerts",
                type: "nvarchar(200)",
                maxLength: 200,
                nullable: true,
                collation: "Latin1_General_100_BIN2");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "ClosesAt",
                table: "Alerts",
                type: "datetimeoffset",
                nullable: true);

            // Not between a change that rebuilds the table on SQLite and the end of the migration.
            migrationBuilder.Sql("UPDATE Webhooks SET OrganisationId = (SELECT OrganisationId FROM Teams WHERE Teams.Id = Webhooks.TeamId)");

            migrationBuilder.AlterColumn<Guid>(
                name: "TeamId",
                table: "Webhooks",
                type: "uniqueidentifier",
                nullable: true,
                oldClrType: typeof(Guid),
                oldType: "uniqueidentifier");

            migrationBuilder.CreateIndex(
                name: "IX_Webhooks_NextDigestAt",
                table: "Webhooks",
                column: "NextDigestAt",
                filter: "[NextDigestAt] IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Webhooks_OrganisationId_TeamId_Sequence",
                table: "Webhooks",
                columns: new[] { "OrganisationId", "TeamId", "Sequence" });

            migrationBuilder.CreateIndex(
                name: "IX_Webhooks_TeamId",
                table: "Webhooks",
                column: "TeamId");

            migrationBuilder.AddForeignKey(
                name: "FK_Webhooks_Organisations_OrganisationId",
                table: "Webhooks",
                column: "OrganisationId",
                principalTable: "Organisations",
                principalColumn: "Id",
                onDelete: ReferentialAction.Restrict);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "FK_Webhooks_Organisations_OrganisationId",
                table: "Webhooks");

            migrationBuilder.DropIndex(
                name: "IX_Webhooks_NextDigestAt",
                table: "Webhooks");

            migrationBuilder.DropIndex(
                name: "IX_Webhooks_OrganisationId_TeamId_Sequence",
                table: "Webhooks");

            migrationBuilder.DropIndex(
                name: "IX_Webhooks_TeamId",
                table: "Webhooks");

            migrationBuilder.DropColumn(
                name: "Digest",
                table: "Webhooks");

            migrationBuilder.DropColumn(
                name: "NextDigestAt",
                table: "Webhooks");

            migrationBuilder.DropColumn(
                name: "OrganisationId",
                table: "Webhooks");

            migrationBuilder.DropColumn(
                name: "RoutingKey",
                table: "Webhooks");

            migrationBuilder.DropColumn(
                name: "AcknowledgedBy",
                table: "Alerts");

            migrationBuilder.DropColumn(
                name: "ClosesAt",
                table: "Alerts");

            migrationBuilder.AlterColumn<Guid>(
                name: "TeamId",
                table: "Webhooks",
                type: "uniqueidentifier",
                nullable: false,
                defaultValue: new Guid("00000000-0000-0000-0000-000000000000"),
                oldClrType: typeof(Guid),
                oldType: "uniqueidentifier",
                oldNullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_Webhooks_TeamId_Sequence",
                table: "Webhooks",
                columns: new[] { "TeamId", "Sequence" });
        }
    }
}
