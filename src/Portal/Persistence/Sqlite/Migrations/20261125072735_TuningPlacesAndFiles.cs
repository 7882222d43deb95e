using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class TuningPlacesAndFiles : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_TuningJob_EndedAt_NextStepAt",
                table: "TuningJob");

            migrationBuilder.DropColumn(
                name: "TuningLocation",
                table: "CatalogueModel");

            migrationBuilder.AddColumn<DateTime>(
                name: "FilesDeletedAt",
                table: "TuningJob",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Location",
                table: "TuningJob",
                type: "TEXT",
                maxLength: 40,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "TuningLocations",
                table: "CatalogueModel",
                type: "TEXT",
                maxLength: 400,
                nullable: false,
                defaultValue: "[]");

            migrationBuilder.AddColumn<string>(
                name: "VersionId",
                table: "Candidate",
                type: "TEXT",
                maxLength: 40,
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_TuningJob_FilesDeletedAt_NextStepAt",
                table: "TuningJob",
                columns: new[] { "FilesDeletedAt", "NextStepAt" });

            migrationBuilder.CreateIndex(
                name: "IX_Candidate_TenantId_VersionId",
                table: "Candidate",
                columns: new[] { "TenantId", "VersionId" });

            migrationBuilder.AddForeignKey(
                name: "FK_Candidate_DatasetVersion_TenantId_VersionId",
                table: "Candidate",
                columns: new[] { "TenantId", "VersionId" },
                principalTable: "DatasetVersion",
                principalColumns: new[] { "TenantId", "Id" },
                onDelete: ReferentialAction.Restrict);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "FK_Candidate_DatasetVersion_TenantId_VersionId",
                table: "Candidate");

            migrationBuilder.DropIndex(
                name: "IX_TuningJob_FilesDeletedAt_NextStepAt",
                table: "TuningJob");

            migrationBuilder.DropIndex(
                name: "IX_Candidate_TenantId_VersionId",
                table: "Candidate");

            migrationBuilder.DropColumn(
                name: "FilesDeletedAt",
                table: "TuningJob");

            migrationBuilder.DropColumn(
                name: "Location",
                table: "TuningJob");

            migrationBuilder.DropColumn(
                name: "TuningLocations",
                table: "CatalogueModel");

            migrationBuilder.DropColumn(
                name: "VersionId",
                table: "Candidate");

            migrationBuilder.AddColumn<string>(
                name: "TuningLocation",
                table: "CatalogueModel",
                type: "TEXT",
                maxLength: 40,
                nullable: false,
                defaultValue: "");

            migrationBuilder.CreateIndex(
                name: "IX_TuningJob_EndedAt_NextStepAt",
                table: "TuningJob",
                columns: new[] { "EndedAt", "NextStepAt" });
        }
    }
}
