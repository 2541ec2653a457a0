using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entourage.Infrastructure.Persistence.Migrations.Sqlite
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
                type: "TEXT",
                unicode: false,
                maxLength: 20,
                nullable: false,
                defaultValue: "none");

            migrationBuilder.AddColumn<long>(
                name: "NextDigestAt",
                table: "Webhooks",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<byte[]>(
                name: "OrganisationId",
                table: "Webhooks",
                type: "BLOB",
                nullable: false,
                defaultValue: new byte[0]);

            migrationBuilder.AddColumn<string>(
                name: "RoutingKey",
                table: "Webhooks",
                type: "TEXT",
                maxLength: 100,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "AcknowledgedBy",
                table: "Alerts",
                type: "TEXT",
                maxLength: 200,
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "ClosesAt",
                table: "Alerts",
                type: "INTEGER",
                nullable: true);

            // Not between a change that rebuilds the table on SQLite and the end of the migration.
            migrationBuilder.Sql("UPDATE Webhooks SET OrganisationId = (SELECT OrganisationId FROM Teams WHERE Teams.Id = Webhooks.TeamId)");

            migrationBuilder.AlterColumn<byte[]>(
                name: "TeamId",
                table: "Webhooks",
                type: "BLOB",
                nullable: true,
                oldClrType: typeof(byte[]),
                oldType: "BLOB");

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

            migrationBuilder.AlterColumn<byte[]>(
                name: "TeamId",
                table: "Webhooks",
                type: "BLOB",
                nullable: false,
                defaultValue: new byte[0],
                oldClrType: typeof(byte[]),
                oldType: "BLOB",
                oldNullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_Webhooks_TeamId_Sequence",
                table: "Webhooks",
                columns: new[] { "TeamId", "Sequence" });
        }
    }
}
