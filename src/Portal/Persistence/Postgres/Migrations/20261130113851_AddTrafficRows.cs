using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class AddTrafficRows : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "IsFromTraffic",
                table: "FrozenExample",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<int>(
                name: "SealedTrafficCount",
                table: "DatasetVersion",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "TrafficCount",
                table: "DatasetVersion",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "TrafficDraft",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ResponseId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    DeploymentName = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    ModelName = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    Reasons = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    Input = table.Column<string>(type: "character varying(4000000)", maxLength: 4000000, nullable: false),
                    Answer = table.Column<string>(type: "character varying(4000000)", maxLength: 4000000, nullable: false),
                    Output = table.Column<string>(type: "character varying(4000000)", maxLength: 4000000, nullable: false),
                    Comment = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    CalledAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    TakenAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    TakenByName = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    State = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    SettledByName = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    SettledAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    Note = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    ImportId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    RowNumber = table.Column<int>(type: "integer", nullable: true),
                    AddedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    ExpiresAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_TrafficDraft", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_TrafficDraft_DatasetImport_TenantId_ImportId",
                        columns: x => new { x.TenantId, x.ImportId },
                        principalTable: "DatasetImport",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_TrafficDraft_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_TrafficDraft_ExpiresAt",
                table: "TrafficDraft",
                column: "ExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_TrafficDraft_TenantId_ImportId",
                table: "TrafficDraft",
                columns: new[] { "TenantId", "ImportId" });

            migrationBuilder.CreateIndex(
                name: "IX_TrafficDraft_TenantId_ProjectId_State",
                table: "TrafficDraft",
                columns: new[] { "TenantId", "ProjectId", "State" });

            migrationBuilder.CreateIndex(
                name: "IX_TrafficDraft_TenantId_ResponseId",
                table: "TrafficDraft",
                columns: new[] { "TenantId", "ResponseId" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "TrafficDraft");

            migrationBuilder.DropColumn(
                name: "IsFromTraffic",
                table: "FrozenExample");

            migrationBuilder.DropColumn(
                name: "SealedTrafficCount",
                table: "DatasetVersion");

            migrationBuilder.DropColumn(
                name: "TrafficCount",
                table: "DatasetVersion");
        }
    }
}
