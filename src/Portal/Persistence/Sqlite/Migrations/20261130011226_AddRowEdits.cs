using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class AddRowEdits : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "IsDropped",
                table: "Example",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "Label",
                table: "Example",
                type: "TEXT",
                maxLength: 100,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Origin",
                table: "Example",
                type: "TEXT",
                maxLength: 10,
                nullable: false,
                defaultValue: "File");

            migrationBuilder.AddColumn<int>(
                name: "Revision",
                table: "Example",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTime>(
                name: "ChangedAt",
                table: "DatasetImport",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "RowEdit",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    ImportId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    Number = table.Column<int>(type: "INTEGER", nullable: false),
                    Revision = table.Column<int>(type: "INTEGER", nullable: false),
                    Change = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    Input = table.Column<string>(type: "TEXT", maxLength: 4000000, nullable: false),
                    Output = table.Column<string>(type: "TEXT", maxLength: 4000000, nullable: false),
                    System = table.Column<string>(type: "TEXT", maxLength: 4000000, nullable: false),
                    Content = table.Column<string>(type: "TEXT", maxLength: 4000000, nullable: true),
                    Note = table.Column<string>(type: "TEXT", maxLength: 1000, nullable: false),
                    UserId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    UserName = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    At = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RowEdit", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_RowEdit_DatasetImport_TenantId_ImportId",
                        columns: x => new { x.TenantId, x.ImportId },
                        principalTable: "DatasetImport",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Example_TenantId_ImportId_Label_Number",
                table: "Example",
                columns: new[] { "TenantId", "ImportId", "Label", "Number" });

            migrationBuilder.CreateIndex(
                name: "IX_Example_TenantId_ImportId_SetAsideBy_IsDropped_Number",
                table: "Example",
                columns: new[] { "TenantId", "ImportId", "SetAsideBy", "IsDropped", "Number" });

            migrationBuilder.CreateIndex(
                name: "IX_RowEdit_TenantId_ImportId_Number_Revision",
                table: "RowEdit",
                columns: new[] { "TenantId", "ImportId", "Number", "Revision" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "RowEdit");

            migrationBuilder.DropIndex(
                name: "IX_Example_TenantId_ImportId_Label_Number",
                table: "Example");

            migrationBuilder.DropIndex(
                name: "IX_Example_TenantId_ImportId_SetAsideBy_IsDropped_Number",
                table: "Example");

            migrationBuilder.DropColumn(
                name: "IsDropped",
                table: "Example");

            migrationBuilder.DropColumn(
                name: "Label",
                table: "Example");

            migrationBuilder.DropColumn(
                name: "Origin",
                table: "Example");

            migrationBuilder.DropColumn(
                name: "Revision",
                table: "Example");

            migrationBuilder.DropColumn(
                name: "ChangedAt",
                table: "DatasetImport");
        }
    }
}
