using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class RowMedia : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "MediaSent",
                table: "TuningJob",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "MediaTotal",
                table: "TuningJob",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "MaxMediaExamples",
                table: "CatalogueModel",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<long>(
                name: "MaxTrainingBytes",
                table: "CatalogueModel",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "Media",
                table: "CatalogueModel",
                type: "TEXT",
                maxLength: 8000,
                nullable: false,
                defaultValue: "");

            migrationBuilder.CreateTable(
                name: "MediaFile",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    Sha256 = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    Length = table.Column<long>(type: "INTEGER", nullable: false),
                    MimeType = table.Column<string>(type: "TEXT", maxLength: 60, nullable: false),
                    Kind = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    Milliseconds = table.Column<long>(type: "INTEGER", nullable: true),
                    Width = table.Column<int>(type: "INTEGER", nullable: true),
                    Height = table.Column<int>(type: "INTEGER", nullable: true),
                    Pages = table.Column<int>(type: "INTEGER", nullable: true),
                    BlobName = table.Column<string>(type: "TEXT", maxLength: 120, nullable: false),
                    ImportId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: true),
                    AddedAt = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_MediaFile", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_MediaFile_DatasetImport_TenantId_ImportId",
                        columns: x => new { x.TenantId, x.ImportId },
                        principalTable: "DatasetImport",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_MediaFile_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "VersionMedia",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    VersionId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    MediaId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    Split = table.Column<string>(type: "TEXT", maxLength: 10, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_VersionMedia", x => new { x.TenantId, x.VersionId, x.MediaId, x.Split });
                    table.ForeignKey(
                        name: "FK_VersionMedia_DatasetVersion_TenantId_VersionId",
                        columns: x => new { x.TenantId, x.VersionId },
                        principalTable: "DatasetVersion",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_VersionMedia_MediaFile_TenantId_MediaId",
                        columns: x => new { x.TenantId, x.MediaId },
                        principalTable: "MediaFile",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_MediaFile_TenantId_ImportId",
                table: "MediaFile",
                columns: new[] { "TenantId", "ImportId" });

            migrationBuilder.CreateIndex(
                name: "IX_MediaFile_TenantId_ProjectId_Sha256",
                table: "MediaFile",
                columns: new[] { "TenantId", "ProjectId", "Sha256" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_VersionMedia_TenantId_MediaId",
                table: "VersionMedia",
                columns: new[] { "TenantId", "MediaId" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "VersionMedia");

            migrationBuilder.DropTable(
                name: "MediaFile");

            migrationBuilder.DropColumn(
                name: "MediaSent",
                table: "TuningJob");

            migrationBuilder.DropColumn(
                name: "MediaTotal",
                table: "TuningJob");

            migrationBuilder.DropColumn(
                name: "MaxMediaExamples",
                table: "CatalogueModel");

            migrationBuilder.DropColumn(
                name: "MaxTrainingBytes",
                table: "CatalogueModel");

            migrationBuilder.DropColumn(
                name: "Media",
                table: "CatalogueModel");
        }
    }
}
