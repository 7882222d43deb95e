using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class DecisionsAndRedaction : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "Related",
                table: "FindingRow",
                type: "int",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Figure",
                table: "Finding",
                type: "nvarchar(400)",
                maxLength: 400,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Repairs",
                table: "Finding",
                type: "nvarchar(max)",
                maxLength: 4000000,
                nullable: false,
                defaultValue: "");

            migrationBuilder.CreateTable(
                name: "DecisionEntry",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    ImportId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Title = table.Column<string>(type: "nvarchar(400)", maxLength: 400, nullable: false),
                    Rows = table.Column<int>(type: "int", nullable: false),
                    Decision = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: true),
                    UserId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    UserName = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    At = table.Column<DateTime>(type: "datetime2", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DecisionEntry", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_DecisionEntry_DatasetImport_TenantId_ImportId",
                        columns: x => new { x.TenantId, x.ImportId },
                        principalTable: "DatasetImport",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "RedactedValue",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Kind = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false),
                    Number = table.Column<int>(type: "int", nullable: false),
                    Lookup = table.Column<string>(type: "nvarchar(64)", maxLength: 64, nullable: false),
                    Protected = table.Column<string>(type: "nvarchar(max)", maxLength: 4000000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RedactedValue", x => new { x.TenantId, x.ProjectId, x.Kind, x.Number });
                    table.ForeignKey(
                        name: "FK_RedactedValue_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "RedactionKey",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Protected = table.Column<string>(type: "nvarchar(1000)", maxLength: 1000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RedactionKey", x => new { x.TenantId, x.ProjectId });
                    table.ForeignKey(
                        name: "FK_RedactionKey_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "RowDecision",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    ImportId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Number = table.Column<int>(type: "int", nullable: false),
                    Decision = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    UserName = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RowDecision", x => new { x.TenantId, x.ImportId, x.Number });
                    table.ForeignKey(
                        name: "FK_RowDecision_DatasetImport_TenantId_ImportId",
                        columns: x => new { x.TenantId, x.ImportId },
                        principalTable: "DatasetImport",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_DecisionEntry_TenantId_ImportId_At",
                table: "DecisionEntry",
                columns: new[] { "TenantId", "ImportId", "At" });

            migrationBuilder.CreateIndex(
                name: "IX_RedactedValue_TenantId_ProjectId_Lookup",
                table: "RedactedValue",
                columns: new[] { "TenantId", "ProjectId", "Lookup" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "DecisionEntry");

            migrationBuilder.DropTable(
                name: "RedactedValue");

            migrationBuilder.DropTable(
                name: "RedactionKey");

            migrationBuilder.DropTable(
                name: "RowDecision");

            migrationBuilder.DropColumn(
                name: "Related",
                table: "FindingRow");

            migrationBuilder.DropColumn(
                name: "Figure",
                table: "Finding");

            migrationBuilder.DropColumn(
                name: "Repairs",
                table: "Finding");
        }
    }
}
