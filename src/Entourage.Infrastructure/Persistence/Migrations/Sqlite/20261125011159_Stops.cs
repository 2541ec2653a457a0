using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entourage.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Stops : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Sessions_TeamId",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "Status",
                table: "Teams");

            migrationBuilder.AddColumn<byte>(
                name: "OnExceed",
                table: "Teams",
                type: "INTEGER",
                nullable: false,
                defaultValue: (byte)0);

            migrationBuilder.AddColumn<long>(
                name: "PauseExpiresAt",
                table: "Teams",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "PauseReason",
                table: "Teams",
                type: "TEXT",
                maxLength: 500,
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "PauseReleased",
                table: "Teams",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "PausedAt",
                table: "Teams",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "PausedBy",
                table: "Teams",
                type: "TEXT",
                maxLength: 200,
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "LastCallAt",
                table: "Sessions",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "PauseExpiresAt",
                table: "Organisations",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "PauseReason",
                table: "Organisations",
                type: "TEXT",
                maxLength: 500,
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "PauseReleased",
                table: "Organisations",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "PausedAt",
                table: "Organisations",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "PausedBy",
                table: "Organisations",
                type: "TEXT",
                maxLength: 200,
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "PauseExpiresAt",
                table: "Agents",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "PauseReason",
                table: "Agents",
                type: "TEXT",
                maxLength: 500,
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "PauseReleased",
                table: "Agents",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "PausedAt",
                table: "Agents",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "PausedBy",
                table: "Agents",
                type: "TEXT",
                maxLength: 200,
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_Sessions_TeamId_EndedAt",
                table: "Sessions",
                columns: new[] { "TeamId", "EndedAt" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Sessions_TeamId_EndedAt",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "OnExceed",
                table: "Teams");

            migrationBuilder.DropColumn(
                name: "PauseExpiresAt",
                table: "Teams");

            migrationBuilder.DropColumn(
                name: "PauseReason",
                table: "Teams");

            migrationBuilder.DropColumn(
                name: "PauseReleased",
                table: "Teams");

            migrationBuilder.DropColumn(
                name: "PausedAt",
                table: "Teams");

            migrationBuilder.DropColumn(
                name: "PausedBy",
                table: "Teams");

            migrationBuilder.DropColumn(
                name: "LastCallAt",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "PauseExpiresAt",
                table: "Organisations");

            migrationBuilder.DropColumn(
                name: "PauseReason",
                table: "Organisations");

            migrationBuilder.DropColumn(
                name: "PauseReleased",
                table: "Organisations");

            migrationBuilder.DropColumn(
                name: "PausedAt",
                table: "Organisations");

            migrationBuilder.DropColumn(
                name: "PausedBy",
                table: "Organisations");

            migrationBuilder.DropColumn(
                name: "PauseExpiresAt",
                table: "Agents");

            migrationBuilder.DropColumn(
                name: "PauseReason",
                table: "Agents");

            migrationBuilder.DropColumn(
                name: "PauseReleased",
                table: "Agents");

            migrationBuilder.DropColumn(
                name: "PausedAt",
                table: "Agents");

            migrationBuilder.DropColumn(
                name: "PausedBy",
                table: "Agents");

            migrationBuilder.AddColumn<string>(
                name: "Status",
                table: "Teams",
                type: "TEXT",
                unicode: false,
                maxLength: 20,
                nullable: false,
                defaultValue: "");

            migrationBuilder.CreateIndex(
                name: "IX_Sessions_TeamId",
                table: "Sessions",
                column: "TeamId");
        }
    }
}
