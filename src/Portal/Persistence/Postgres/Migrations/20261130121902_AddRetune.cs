using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class AddRetune : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "RetuneProposal",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    DeploymentId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Slot = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    State = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    SignalsJson = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    TrainRows = table.Column<int>(type: "integer", nullable: false),
                    LikelyTokens = table.Column<long>(type: "bigint", nullable: false),
                    LikelyMicros = table.Column<long>(type: "bigint", nullable: false),
                    WorstMicros = table.Column<long>(type: "bigint", nullable: false),
                    QuoteProblem = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    EndedByName = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    EndedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RetuneProposal", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_RetuneProposal_Deployment_TenantId_DeploymentId",
                        columns: x => new { x.TenantId, x.DeploymentId },
                        principalTable: "Deployment",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_RetuneProposal_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "RetuneWatch",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    EndpointId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    DeploymentId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    CheckedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    SignalsJson = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RetuneWatch", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_RetuneWatch_Deployment_TenantId_DeploymentId",
                        columns: x => new { x.TenantId, x.DeploymentId },
                        principalTable: "Deployment",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_RetuneWatch_Endpoint_TenantId_EndpointId",
                        columns: x => new { x.TenantId, x.EndpointId },
                        principalTable: "Endpoint",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_RetuneWatch_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_RetuneProposal_TenantId_DeploymentId",
                table: "RetuneProposal",
                columns: new[] { "TenantId", "DeploymentId" });

            migrationBuilder.CreateIndex(
                name: "IX_RetuneProposal_TenantId_ProjectId_CreatedAt",
                table: "RetuneProposal",
                columns: new[] { "TenantId", "ProjectId", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_RetuneProposal_TenantId_Slot",
                table: "RetuneProposal",
                columns: new[] { "TenantId", "Slot" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_RetuneWatch_TenantId_DeploymentId",
                table: "RetuneWatch",
                columns: new[] { "TenantId", "DeploymentId" });

            migrationBuilder.CreateIndex(
                name: "IX_RetuneWatch_TenantId_EndpointId",
                table: "RetuneWatch",
                columns: new[] { "TenantId", "EndpointId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_RetuneWatch_TenantId_ProjectId",
                table: "RetuneWatch",
                columns: new[] { "TenantId", "ProjectId" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "RetuneProposal");

            migrationBuilder.DropTable(
                name: "RetuneWatch");
        }
    }
}
