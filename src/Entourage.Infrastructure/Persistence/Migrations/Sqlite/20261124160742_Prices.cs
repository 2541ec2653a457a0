using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entourage.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Prices : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "CacheReadCost",
                table: "UsageRecords",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "CacheWriteCost",
                table: "UsageRecords",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "Corrects",
                table: "UsageRecords",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "InputCost",
                table: "UsageRecords",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "IsBatch",
                table: "UsageRecords",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<long>(
                name: "LongCacheWriteTokens",
                table: "UsageRecords",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "OutputCost",
                table: "UsageRecords",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "PriceId",
                table: "UsageRecords",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "UnpricedTokens",
                table: "UsageRecords",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "UnpricedModels",
                table: "Teams",
                type: "TEXT",
                unicode: false,
                maxLength: 20,
                nullable: false,
                defaultValue: "Record");

            // 2 is CostSource.Unpriced: what has waited until now goes on to wait.
            migrationBuilder.Sql(
                "UPDATE UsageRecords SET UnpricedTokens = InputTokens + OutputTokens + CacheReadTokens + CacheWriteTokens WHERE CostSource = 2");

            migrationBuilder.CreateTable(
                name: "Prices",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    OrganisationId = table.Column<byte[]>(type: "BLOB", nullable: true),
                    IsBuiltIn = table.Column<bool>(type: "INTEGER", nullable: false),
                    Edition = table.Column<int>(type: "INTEGER", nullable: false),
                    Model = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    EffectiveFrom = table.Column<long>(type: "INTEGER", nullable: false),
                    LongContextAbove = table.Column<long>(type: "INTEGER", nullable: true),
                    BatchDiscountPercent = table.Column<int>(type: "INTEGER", nullable: true),
                    Source = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    RecordedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    IsApplied = table.Column<bool>(type: "INTEGER", nullable: false),
                    LongContextCacheReadRate = table.Column<long>(type: "INTEGER", nullable: true),
                    LongContextCacheWriteRate = table.Column<long>(type: "INTEGER", nullable: true),
                    LongContextInputRate = table.Column<long>(type: "INTEGER", nullable: true),
                    LongContextLongCacheWriteRate = table.Column<long>(type: "INTEGER", nullable: true),
                    LongContextOutputRate = table.Column<long>(type: "INTEGER", nullable: true),
                    CacheReadRate = table.Column<long>(type: "INTEGER", nullable: true),
                    CacheWriteRate = table.Column<long>(type: "INTEGER", nullable: true),
                    InputRate = table.Column<long>(type: "INTEGER", nullable: false),
                    LongCacheWriteRate = table.Column<long>(type: "INTEGER", nullable: true),
                    OutputRate = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Prices", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Prices_Organisations_OrganisationId",
                        column: x => x.OrganisationId,
                        principalTable: "Organisations",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_UsageRecords_Corrects",
                table: "UsageRecords",
                column: "Corrects",
                unique: true,
                filter: "[Corrects] IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_UsageRecords_Model_Sequence",
                table: "UsageRecords",
                columns: new[] { "Model", "Sequence" },
                filter: "[CostSource] = 2");

            migrationBuilder.CreateIndex(
                name: "IX_Prices_Model_EffectiveFrom_Edition",
                table: "Prices",
                columns: new[] { "Model", "EffectiveFrom", "Edition" },
                unique: true,
                filter: "[IsBuiltIn] = 1");

            migrationBuilder.CreateIndex(
                name: "IX_Prices_NotApplied",
                table: "Prices",
                column: "Id",
                filter: "[IsApplied] = 0");

            migrationBuilder.CreateIndex(
                name: "IX_Prices_OrganisationId_Model",
                table: "Prices",
                columns: new[] { "OrganisationId", "Model" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Prices");

            migrationBuilder.DropIndex(
                name: "IX_UsageRecords_Corrects",
                table: "UsageRecords");

            migrationBuilder.DropIndex(
                name: "IX_UsageRecords_Model_Sequence",
                table: "UsageRecords");

            migrationBuilder.DropColumn(
                name: "CacheReadCost",
                table: "UsageRecords");

            migrationBuilder.DropColumn(
                name: "CacheWriteCost",
                table: "UsageRecords");

            migrationBuilder.DropColumn(
                name: "Corrects",
                table: "UsageRecords");

            migrationBuilder.DropColumn(
                name: "InputCost",
                table: "UsageRecords");

            migrationBuilder.DropColumn(
                name: "IsBatch",
                table: "UsageRecords");

            migrationBuilder.DropColumn(
                name: "LongCacheWriteTokens",
                table: "UsageRecords");

            migrationBuilder.DropColumn(
                name: "OutputCost",
                table: "UsageRecords");

            migrationBuilder.DropColumn(
                name: "PriceId",
                table: "UsageRecords");

            migrationBuilder.DropColumn(
                name: "UnpricedTokens",
                table: "UsageRecords");

            migrationBuilder.DropColumn(
                name: "UnpricedModels",
                table: "Teams");
        }
    }
}
