using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class EraseRows : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "CopiedFromId",
                table: "DatasetVersion",
                type: "TEXT",
                maxLength: 40,
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "ErasedAt",
                table: "DatasetVersion",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "ErasedCount",
                table: "DatasetVersion",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTime>(
                name: "FileErasedAt",
                table: "DatasetImport",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "ErasedRow",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    VersionId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    Split = table.Column<string>(type: "TEXT", maxLength: 10, nullable: false),
                    Number = table.Column<int>(type: "INTEGER", nullable: false),
                    Hash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    ErasedAt = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ErasedRow", x => new { x.TenantId, x.VersionId, x.Split, x.Number });
                    table.ForeignKey(
                        name: "FK_ErasedRow_DatasetVersion_TenantId_VersionId",
                        columns: x => new { x.TenantId, x.VersionId },
                        principalTable: "DatasetVersion",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "PersonErasure",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    AskedByUserId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    AskedByName = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    AskedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    Mode = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    Sought = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    Slot = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    State = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    Stage = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    LedgerJson = table.Column<string>(type: "TEXT", maxLength: 4000000, nullable: false),
                    BegunAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    EndedAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    Problem = table.Column<string>(type: "TEXT", maxLength: 1000, nullable: false),
                    Failures = table.Column<int>(type: "INTEGER", nullable: false),
                    NextStepAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    ReceiptJson = table.Column<string>(type: "TEXT", maxLength: 4000000, nullable: false),
                    ReceiptHash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    LeaseToken = table.Column<string>(type: "TEXT", maxLength: 40, nullable: true),
                    LeaseUntil = table.Column<DateTime>(type: "TEXT", nullable: true),
                    Version = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PersonErasure", x => new { x.TenantId, x.Id });
                });

            migrationBuilder.CreateTable(
                name: "PersonErasureRow",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    ErasureId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    HolderId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    Number = table.Column<int>(type: "INTEGER", nullable: false),
                    Split = table.Column<string>(type: "TEXT", maxLength: 10, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PersonErasureRow", x => new { x.TenantId, x.ErasureId, x.HolderId, x.Number });
                    table.ForeignKey(
                        name: "FK_PersonErasureRow_PersonErasure_TenantId_ErasureId",
                        columns: x => new { x.TenantId, x.ErasureId },
                        principalTable: "PersonErasure",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_PersonErasure_State_NextStepAt",
                table: "PersonErasure",
                columns: new[] { "State", "NextStepAt" });

            migrationBuilder.CreateIndex(
                name: "IX_PersonErasure_TenantId_Slot",
                table: "PersonErasure",
                columns: new[] { "TenantId", "Slot" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "ErasedRow");

            migrationBuilder.DropTable(
                name: "PersonErasureRow");

            migrationBuilder.DropTable(
                name: "PersonErasure");

            migrationBuilder.DropColumn(
                name: "CopiedFromId",
                table: "DatasetVersion");

            migrationBuilder.DropColumn(
                name: "ErasedAt",
                table: "DatasetVersion");

            migrationBuilder.DropColumn(
                name: "ErasedCount",
                table: "DatasetVersion");

            migrationBuilder.DropColumn(
                name: "FileErasedAt",
                table: "DatasetImport");
        }
    }
}
