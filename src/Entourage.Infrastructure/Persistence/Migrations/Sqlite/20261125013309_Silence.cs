using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entourage.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Silence : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Reservations_EndedAt",
                table: "Reservations");

            migrationBuilder.AddColumn<int>(
                name: "AbandonedAfterMinutes",
                table: "Teams",
                type: "INTEGER",
                nullable: true);

            // Teams that there were before wait as long as new ones.
            migrationBuilder.Sql("UPDATE Teams SET AbandonedAfterMinutes = 60");

            migrationBuilder.CreateIndex(
                name: "IX_Reservations_EndedAt_SessionId",
                table: "Reservations",
                columns: new[] { "EndedAt", "SessionId" },
                filter: "[EndedAt] IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Reservations_EndedAt_SessionId",
                table: "Reservations");

            migrationBuilder.DropColumn(
                name: "AbandonedAfterMinutes",
                table: "Teams");

            migrationBuilder.CreateIndex(
                name: "IX_Reservations_EndedAt",
                table: "Reservations",
                column: "EndedAt",
                filter: "[EndedAt] IS NOT NULL");
        }
    }
}
