using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entourage.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class TelemetryMarks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "IsSum",
                table: "UsageRecords",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<bool>(
                name: "IsTimeOfReceipt",
                table: "UsageRecords",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "IsSum",
                table: "UsageRecords");

            migrationBuilder.DropColumn(
                name: "IsTimeOfReceipt",
                table: "UsageRecords");
        }
    }
}
