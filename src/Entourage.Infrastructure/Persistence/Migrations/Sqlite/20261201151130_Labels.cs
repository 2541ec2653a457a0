using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entourage.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Labels : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropPrimaryKey(
                name: "PK_UsageRollups",
                table: "UsageRollups");

            migrationBuilder.DropPrimaryKey(
                name: "PK_CompactedUsage",
                table: "CompactedUsage");

            migrationBuilder.AddColumn<long>(
                name: "LabelSetId",
                table: "UsageRollups",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "Labels",
                table: "UsageRecords",
                type: "TEXT",
                maxLength: 1419,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Labels",
                table: "Sessions",
                type: "TEXT",
                maxLength: 1419,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Labels",
                table: "Reservations",
                type: "TEXT",
                maxLength: 1419,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Model",
                table: "Reservations",
                type: "TEXT",
                maxLength: 100,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<long>(
                name: "Tokens",
                table: "Reservations",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "LabelSetId",
                table: "CompactedUsage",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddPrimaryKey(
                name: "PK_UsageRollups",
                table: "UsageRollups",
                columns: new[] { "TeamId", "QuarterAt", "SessionId", "Model", "LabelSetId" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_CompactedUsage",
                table: "CompactedUsage",
                columns: new[] { "SessionId", "QuarterAt", "Model", "LabelSetId" });

            migrationBuilder.CreateTable(
                name: "BudgetRules",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    OrganisationId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    TeamId = table.Column<byte[]>(type: "BLOB", nullable: true),
                    Name = table.Column<string>(type: "TEXT", maxLength: 100, nullable: true),
                    Scope = table.Column<byte>(type: "INTEGER", nullable: false),
                    Match = table.Column<string>(type: "TEXT", maxLength: 141, nullable: false),
                    Period = table.Column<byte>(type: "INTEGER", nullable: false),
                    StartsOn = table.Column<int>(type: "INTEGER", nullable: false),
                    LimitUsd = table.Column<long>(type: "INTEGER", nullable: true),
                    LimitTokens = table.Column<long>(type: "INTEGER", nullable: true),
                    Enforcement = table.Column<string>(type: "TEXT", unicode: false, maxLength: 20, nullable: false),
                    OnExceed = table.Column<byte>(type: "INTEGER", nullable: true),
                    Thresholds = table.Column<string>(type: "TEXT", unicode: false, maxLength: 80, nullable: true),
                    CountsFrom = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    Version = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_BudgetRules", x => x.Id);
                    table.ForeignKey(
                        name: "FK_BudgetRules_Organisations_OrganisationId",
                        column: x => x.OrganisationId,
                        principalTable: "Organisations",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_BudgetRules_Teams_TeamId",
                        column: x => x.TeamId,
                        principalTable: "Teams",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "LabelSets",
                columns: table => new
                {
                    OrganisationId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    LabelSetId = table.Column<long>(type: "INTEGER", nullable: false),
                    LabelKey = table.Column<string>(type: "TEXT", unicode: false, maxLength: 40, nullable: false),
                    LabelValue = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_LabelSets", x => new { x.OrganisationId, x.LabelSetId, x.LabelKey });
                    table.ForeignKey(
                        name: "FK_LabelSets_Organisations_OrganisationId",
                        column: x => x.OrganisationId,
                        principalTable: "Organisations",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_BudgetRules_OrganisationId_TeamId",
                table: "BudgetRules",
                columns: new[] { "OrganisationId", "TeamId" });

            migrationBuilder.CreateIndex(
                name: "IX_BudgetRules_TeamId",
                table: "BudgetRules",
                column: "TeamId");

            migrationBuilder.CreateIndex(
                name: "IX_LabelSets_OrganisationId_LabelKey_LabelValue",
                table: "LabelSets",
                columns: new[] { "OrganisationId", "LabelKey", "LabelValue" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "BudgetRules");

            migrationBuilder.DropTable(
                name: "LabelSets");

            migrationBuilder.DropPrimaryKey(
                name: "PK_UsageRollups",
                table: "UsageRollups");

            migrationBuilder.DropPrimaryKey(
                name: "PK_CompactedUsage",
                table: "CompactedUsage");

            migrationBuilder.DropColumn(
                name: "LabelSetId",
                table: "UsageRollups");

            migrationBuilder.DropColumn(
                name: "Labels",
                table: "UsageRecords");

            migrationBuilder.DropColumn(
                name: "Labels",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "Labels",
                table: "Reservations");

            migrationBuilder.DropColumn(
                name: "Model",
                table: "Reservations");

            migrationBuilder.DropColumn(
                name: "Tokens",
                table: "Reservations");

            migrationBuilder.DropColumn(
                name: "LabelSetId",
                table: "CompactedUsage");

            migrationBuilder.AddPrimaryKey(
                name: "PK_UsageRollups",
                table: "UsageRollups",
                columns: new[] { "TeamId", "QuarterAt", "SessionId", "Model" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_CompactedUsage",
                table: "CompactedUsage",
                columns: new[] { "SessionId", "QuarterAt", "Model" });
        }
    }
}
