using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entourage.Infrastructure.Persistence.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class Telemetry : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "SourceProcesses",
                columns: table => new
                {
                    KeyHash = table.Column<byte[]>(type: "binary(32)", fixedLength: true, maxLength: 32, nullable: false),
                    Coverage = table.Column<string>(type: "varchar(max)", unicode: false, nullable: false),
                    Totals = table.Column<string>(type: "varchar(max)", unicode: false, nullable: false),
                    Pending = table.Column<string>(type: "nvarchar(max)", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SourceProcesses", x => x.KeyHash);
                });

            migrationBuilder.CreateTable(
                name: "SourceSessions",
                columns: table => new
                {
                    KeyHash = table.Column<byte[]>(type: "binary(32)", fixedLength: true, maxLength: 32, nullable: false),
                    SessionId = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SourceSessions", x => x.KeyHash);
                    table.ForeignKey(
                        name: "FK_SourceSessions_Sessions_SessionId",
                        column: x => x.SessionId,
                        principalTable: "Sessions",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_SourceSessions_SessionId",
                table: "SourceSessions",
                column: "SessionId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "SourceProcesses");

            migrationBuilder.DropTable(
                name: "SourceSessions");
        }
    }
}
