using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entourage.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Alerts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "AlertThresholds",
                table: "Teams",
                type: "TEXT",
                unicode: false,
                maxLength: 80,
                nullable: false,
                defaultValue: "0.5,0.8,1.0");

            migrationBuilder.AddColumn<string>(
                name: "RunawayAction",
                table: "Teams",
                type: "TEXT",
                unicode: false,
                maxLength: 20,
                nullable: false,
                defaultValue: "Alert");

            migrationBuilder.AddColumn<int>(
                name: "RunawayMaxRepeatedErrors",
                table: "Teams",
                type: "INTEGER",
                nullable: true,
                defaultValue: 5);

            migrationBuilder.AddColumn<long>(
                name: "RunawayMaxTokens",
                table: "Teams",
                type: "INTEGER",
                nullable: true,
                defaultValue: 500000L);

            migrationBuilder.AddColumn<int>(
                name: "RunawayWindowMinutes",
                table: "Teams",
                type: "INTEGER",
                nullable: false,
                defaultValue: 10);

            migrationBuilder.AddColumn<string>(
                name: "Watch",
                table: "Sessions",
                type: "TEXT",
                unicode: false,
                maxLength: 1000,
                nullable: false,
                defaultValue: "");

            migrationBuilder.CreateTable(
                name: "Alerts",
                columns: table => new
                {
                    Sequence = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    TeamId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    AgentId = table.Column<byte[]>(type: "BLOB", nullable: true),
                    SessionId = table.Column<long>(type: "INTEGER", nullable: true),
                    TaskId = table.Column<long>(type: "INTEGER", nullable: true),
                    Kind = table.Column<string>(type: "TEXT", unicode: false, maxLength: 20, nullable: false),
                    Cause = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    CauseWindow = table.Column<string>(type: "TEXT", unicode: false, maxLength: 40, nullable: false),
                    Message = table.Column<string>(type: "TEXT", maxLength: 500, nullable: false),
                    Details = table.Column<string>(type: "TEXT", nullable: false),
                    Status = table.Column<string>(type: "TEXT", unicode: false, maxLength: 20, nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    AcknowledgedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    Version = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Alerts", x => x.Sequence);
                    table.ForeignKey(
                        name: "FK_Alerts_Teams_TeamId",
                        column: x => x.TeamId,
                        principalTable: "Teams",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Alerts_Id",
                table: "Alerts",
                column: "Id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Alerts_TeamId_Kind_Cause_CauseWindow",
                table: "Alerts",
                columns: new[] { "TeamId", "Kind", "Cause", "CauseWindow" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Alerts_TeamId_Sequence",
                table: "Alerts",
                columns: new[] { "TeamId", "Sequence" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Alerts");

            migrationBuilder.DropColumn(
                name: "AlertThresholds",
                table: "Teams");

            migrationBuilder.DropColumn(
                name: "RunawayAction",
                table: "Teams");

            migrationBuilder.DropColumn(
                name: "RunawayMaxRepeatedErrors",
                table: "Teams");

            migrationBuilder.DropColumn(
                name: "RunawayMaxTokens",
                table: "Teams");

            migrationBuilder.DropColumn(
                name: "RunawayWindowMinutes",
                table: "Teams");

            migrationBuilder.DropColumn(
                name: "Watch",
                table: "Sessions");
        }
    }
}
