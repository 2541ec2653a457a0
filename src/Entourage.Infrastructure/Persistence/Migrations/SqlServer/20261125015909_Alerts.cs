using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entourage.Infrastructure.Persistence.Migrations.SqlServer
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
                type: "varchar(80)",
                unicode: false,
                maxLength: 80,
                nullable: false,
                defaultValue: "0.5,0.8,1.0");

            migrationBuilder.AddColumn<string>(
                name: "RunawayAction",
                table: "Teams",
                type: "varchar(20)",
                unicode: false,
                maxLength: 20,
                nullable: false,
                defaultValue: "Alert");

            migrationBuilder.AddColumn<int>(
                name: "RunawayMaxRepeatedErrors",
                table: "Teams",
                type: "int",
                nullable: true,
                defaultValue: 5);

            migrationBuilder.AddColumn<long>(
                name: "RunawayMaxTokens",
                table: "Teams",
                type: "bigint",
                nullable: true,
                defaultValue: 500000L);

            migrationBuilder.AddColumn<int>(
                name: "RunawayWindowMinutes",
                table: "Teams",
                type: "int",
                nullable: false,
                defaultValue: 10);

            migrationBuilder.AddColumn<string>(
                name: "Watch",
                table: "Sessions",
                type: "varchar(1000)",
                unicode: false,
                maxLength: 1000,
                nullable: false,
                defaultValue: "",
                collation: "Latin1_General_100_BIN2");

            migrationBuilder.CreateTable(
                name: "Alerts",
                columns: table => new
                {
                    Sequence = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("SqlServer:Identity", "1, 1"),
                    Id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    TeamId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    AgentId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    SessionId = table.Column<long>(type: "bigint", nullable: true),
                    TaskId = table.Column<long>(type: "bigint", nullable: true),
                    Kind = table.Column<string>(type: "varchar(20)", unicode: false, maxLength: 20, nullable: false),
                    Cause = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false, collation: "Latin1_General_100_BIN2"),
                    CauseWindow = table.Column<string>(type: "varchar(40)", unicode: false, maxLength: 40, nullable: false, collation: "Latin1_General_100_BIN2"),
                    Message = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: false, collation: "Latin1_General_100_BIN2"),
                    Details = table.Column<string>(type: "nvarchar(max)", nullable: false),
                    Status = table.Column<string>(type: "varchar(20)", unicode: false, maxLength: 20, nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    AcknowledgedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    Version = table.Column<long>(type: "bigint", nullable: false)
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
