using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entourage.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Archive : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Teams_OrganisationId_Slug",
                table: "Teams");

            migrationBuilder.DropIndex(
                name: "IX_Organisations_Slug",
                table: "Organisations");

            migrationBuilder.DropIndex(
                name: "IX_Agents_TeamId_Name",
                table: "Agents");

            migrationBuilder.AddColumn<long>(
                name: "ArchivedAt",
                table: "Teams",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "ArchivedAt",
                table: "Organisations",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "ArchivedAt",
                table: "Agents",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "FormerTeams",
                table: "Agents",
                type: "TEXT",
                nullable: false,
                defaultValue: "[]");

            migrationBuilder.AddColumn<long>(
                name: "MovesAt",
                table: "Agents",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<byte[]>(
                name: "MovesToTeamId",
                table: "Agents",
                type: "BLOB",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_Teams_OrganisationId",
                table: "Teams",
                column: "OrganisationId");

            migrationBuilder.CreateIndex(
                name: "IX_Teams_OrganisationId_Slug",
                table: "Teams",
                columns: new[] { "OrganisationId", "Slug" },
                unique: true,
                filter: "[ArchivedAt] IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Organisations_Slug",
                table: "Organisations",
                column: "Slug",
                unique: true,
                filter: "[ArchivedAt] IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Agents_MovesAt",
                table: "Agents",
                column: "MovesAt",
                filter: "[MovesAt] IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Agents_TeamId",
                table: "Agents",
                column: "TeamId");

            migrationBuilder.CreateIndex(
                name: "IX_Agents_TeamId_Name",
                table: "Agents",
                columns: new[] { "TeamId", "Name" },
                unique: true,
                filter: "[ArchivedAt] IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Teams_OrganisationId",
                table: "Teams");

            migrationBuilder.DropIndex(
                name: "IX_Teams_OrganisationId_Slug",
                table: "Teams");

            migrationBuilder.DropIndex(
                name: "IX_Organisations_Slug",
                table: "Organisations");

            migrationBuilder.DropIndex(
                name: "IX_Agents_MovesAt",
                table: "Agents");

            migrationBuilder.DropIndex(
                name: "IX_Agents_TeamId",
                table: "Agents");

            migrationBuilder.DropIndex(
                name: "IX_Agents_TeamId_Name",
                table: "Agents");

            migrationBuilder.DropColumn(
                name: "ArchivedAt",
                table: "Teams");

            migrationBuilder.DropColumn(
                name: "ArchivedAt",
                table: "Organisations");

            migrationBuilder.DropColumn(
                name: "ArchivedAt",
                table: "Agents");

            migrationBuilder.DropColumn(
                name: "FormerTeams",
                table: "Agents");

            migrationBuilder.DropColumn(
                name: "MovesAt",
                table: "Agents");

            migrationBuilder.DropColumn(
                name: "MovesToTeamId",
                table: "Agents");

            migrationBuilder.CreateIndex(
                name: "IX_Teams_OrganisationId_Slug",
                table: "Teams",
                columns: new[] { "OrganisationId", "Slug" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Organisations_Slug",
                table: "Organisations",
                column: "Slug",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Agents_TeamId_Name",
                table: "Agents",
                columns: new[] { "TeamId", "Name" },
                unique: true);
        }
    }
}
