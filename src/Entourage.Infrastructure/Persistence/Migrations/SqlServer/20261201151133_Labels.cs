using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entourage.Infrastructure.Persistence.Migrations.SqlServer
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
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "Labels",
                table: "UsageRecords",
                type: "nvarchar(1419)",
                maxLength: 1419,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Labels",
                table: "Sessions",
                type: "nvarchar(1419)",
                maxLength: 1419,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Labels",
                table: "Reservations",
                type: "nvarchar(1419)",
                maxLength: 1419,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Model",
                table: "Reservations",
                type: "nvarchar(100)",
                maxLength: 100,
                nullable: false,
                defaultValue: "",
                collation: "Latin1_General_100_BIN2");

            migrationBuilder.AddColumn<long>(
                name: "Tokens",
                table: "Reservations",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            // A column of a key can be changed only without it.
            migrationBuilder.DropPrimaryKey(
                name: "PK_CostSummaries",
                table: "CostSummaries");

            migrationBuilder.AlterColumn<string>(
                name: "Item",
                table: "CostSummaries",
                type: "nvarchar(141)",
                maxLength: 141,
                nullable: false,
                collation: "Latin1_General_100_BIN2",
                oldClrType: typeof(string),
                oldType: "nvarchar(100)",
                oldMaxLength: 100,
                oldCollation: "Latin1_General_100_BIN2");

            migrationBuilder.AddPrimaryKey(
                name: "PK_CostSummaries",
                table: "CostSummaries",
                columns: new[] { "SubjectId", "Heading", "Day", "Item" });

            migrationBuilder.AddColumn<long>(
                name: "LabelSetId",
                table: "CompactedUsage",
                type: "bigint",
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
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("SqlServer:Identity", "1, 1"),
                    OrganisationId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    TeamId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    Name = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: true, collation: "Latin1_General_100_BIN2"),
                    Scope = table.Column<byte>(type: "tinyint", nullable: false),
                    Match = table.Column<string>(type: "nvarchar(141)", maxLength: 141, nullable: false, collation: "Latin1_General_100_BIN2"),
                    Period = table.Column<byte>(type: "tinyint", nullable: false),
                    StartsOn = table.Column<int>(type: "int", nullable: false),
                    LimitUsd = table.Column<long>(type: "bigint", nullable: true),
                    LimitTokens = table.Column<long>(type: "bigint", nullable: true),
                    Enforcement = table.Column<string>(type: "varchar(20)", unicode: false, maxLength: 20, nullable: false),
                    OnExceed = table.Column<byte>(type: "tinyint", nullable: true),
                    Thresholds = table.Column<string>(type: "varchar(80)", unicode: false, maxLength: 80, nullable: true),
                    CountsFrom = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    Version = table.Column<long>(type: "bigint", nullable: false)
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
                    OrganisationId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    LabelSetId = table.Column<long>(type: "bigint", nullable: false),
                    LabelKey = table.Column<string>(type: "varchar(40)", unicode: false, maxLength: 40, nullable: false, collation: "Latin1_General_100_BIN2"),
                    LabelValue = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false, collation: "Latin1_General_100_BIN2")
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

            // A column of a key can be changed only without it.
            migrationBuilder.DropPrimaryKey(
                name: "PK_CostSummaries",
                table: "CostSummaries");

            migrationBuilder.AlterColumn<string>(
                name: "Item",
                table: "CostSummaries",
                type: "nvarchar(100)",
                maxLength: 100,
                nullable: false,
                collation: "Latin1_General_100_BIN2",
                oldClrType: typeof(string),
                oldType: "nvarchar(141)",
                oldMaxLength: 141,
                oldCollation: "Latin1_General_100_BIN2");

            migrationBuilder.AddPrimaryKey(
                name: "PK_CostSummaries",
                table: "CostSummaries",
                columns: new[] { "SubjectId", "Heading", "Day", "Item" });

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
