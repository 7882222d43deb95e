using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class AddShadowRunsAndRetuneSchedules : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "CanaryLimitsJson",
                table: "Endpoint",
                type: "TEXT",
                maxLength: 400,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<int>(
                name: "ShadowPercent",
                table: "Endpoint",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "ShadowRunId",
                table: "Endpoint",
                type: "TEXT",
                maxLength: 40,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "RetuneSchedule",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    EndpointId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    Pace = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    FewestRows = table.Column<int>(type: "INTEGER", nullable: false),
                    MostMicros = table.Column<long>(type: "INTEGER", nullable: false),
                    SetByUserId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    SetByName = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    SetAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    NextAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    RanAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    Outcome = table.Column<string>(type: "TEXT", maxLength: 1000, nullable: false),
                    Version = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RetuneSchedule", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_RetuneSchedule_Endpoint_TenantId_EndpointId",
                        columns: x => new { x.TenantId, x.EndpointId },
                        principalTable: "Endpoint",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_RetuneSchedule_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "ShadowRun",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    EndpointId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    CandidateId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    CandidateName = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    BaseModelId = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    Percent = table.Column<int>(type: "INTEGER", nullable: false),
                    Calls = table.Column<int>(type: "INTEGER", nullable: false),
                    DayMicros = table.Column<long>(type: "INTEGER", nullable: false),
                    StartedByUserId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    StartedByName = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    StartedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    EndsAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    State = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    Slot = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    Dropped = table.Column<long>(type: "INTEGER", nullable: false),
                    Taken = table.Column<int>(type: "INTEGER", nullable: false),
                    Day = table.Column<DateTime>(type: "TEXT", nullable: true),
                    DayUsedMicros = table.Column<long>(type: "INTEGER", nullable: false),
                    EndedAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    EndReason = table.Column<string>(type: "TEXT", maxLength: 400, nullable: false),
                    Version = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ShadowRun", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_ShadowRun_Candidate_TenantId_CandidateId",
                        columns: x => new { x.TenantId, x.CandidateId },
                        principalTable: "Candidate",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_ShadowRun_Endpoint_TenantId_EndpointId",
                        columns: x => new { x.TenantId, x.EndpointId },
                        principalTable: "Endpoint",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_ShadowRun_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "ShadowCall",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    ShadowRunId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    ResponseId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    Status = table.Column<int>(type: "INTEGER", nullable: false),
                    Milliseconds = table.Column<int>(type: "INTEGER", nullable: false),
                    LiveMilliseconds = table.Column<int>(type: "INTEGER", nullable: false),
                    AmountMicros = table.Column<long>(type: "INTEGER", nullable: false),
                    LiveAmountMicros = table.Column<long>(type: "INTEGER", nullable: false),
                    Agrees = table.Column<bool>(type: "INTEGER", nullable: true),
                    Fields = table.Column<int>(type: "INTEGER", nullable: false),
                    SameFields = table.Column<int>(type: "INTEGER", nullable: false),
                    At = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ShadowCall", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_ShadowCall_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_ShadowCall_ShadowRun_TenantId_ShadowRunId",
                        columns: x => new { x.TenantId, x.ShadowRunId },
                        principalTable: "ShadowRun",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Endpoint_TenantId_ShadowRunId",
                table: "Endpoint",
                columns: new[] { "TenantId", "ShadowRunId" });

            migrationBuilder.CreateIndex(
                name: "IX_RetuneSchedule_NextAt",
                table: "RetuneSchedule",
                column: "NextAt");

            migrationBuilder.CreateIndex(
                name: "IX_RetuneSchedule_TenantId_EndpointId",
                table: "RetuneSchedule",
                columns: new[] { "TenantId", "EndpointId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_RetuneSchedule_TenantId_ProjectId",
                table: "RetuneSchedule",
                columns: new[] { "TenantId", "ProjectId" });

            migrationBuilder.CreateIndex(
                name: "IX_ShadowCall_TenantId_ProjectId",
                table: "ShadowCall",
                columns: new[] { "TenantId", "ProjectId" });

            migrationBuilder.CreateIndex(
                name: "IX_ShadowCall_TenantId_ShadowRunId_At",
                table: "ShadowCall",
                columns: new[] { "TenantId", "ShadowRunId", "At" });

            migrationBuilder.CreateIndex(
                name: "IX_ShadowCall_TenantId_ShadowRunId_ResponseId",
                table: "ShadowCall",
                columns: new[] { "TenantId", "ShadowRunId", "ResponseId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_ShadowRun_State_EndsAt",
                table: "ShadowRun",
                columns: new[] { "State", "EndsAt" });

            migrationBuilder.CreateIndex(
                name: "IX_ShadowRun_TenantId_CandidateId",
                table: "ShadowRun",
                columns: new[] { "TenantId", "CandidateId" });

            migrationBuilder.CreateIndex(
                name: "IX_ShadowRun_TenantId_EndpointId",
                table: "ShadowRun",
                columns: new[] { "TenantId", "EndpointId" });

            migrationBuilder.CreateIndex(
                name: "IX_ShadowRun_TenantId_ProjectId",
                table: "ShadowRun",
                columns: new[] { "TenantId", "ProjectId" });

            migrationBuilder.CreateIndex(
                name: "IX_ShadowRun_TenantId_Slot",
                table: "ShadowRun",
                columns: new[] { "TenantId", "Slot" },
                unique: true);

            migrationBuilder.AddForeignKey(
                name: "FK_Endpoint_ShadowRun_TenantId_ShadowRunId",
                table: "Endpoint",
                columns: new[] { "TenantId", "ShadowRunId" },
                principalTable: "ShadowRun",
                principalColumns: new[] { "TenantId", "Id" },
                onDelete: ReferentialAction.Restrict);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "FK_Endpoint_ShadowRun_TenantId_ShadowRunId",
                table: "Endpoint");

            migrationBuilder.DropTable(
                name: "RetuneSchedule");

            migrationBuilder.DropTable(
                name: "ShadowCall");

            migrationBuilder.DropTable(
                name: "ShadowRun");

            migrationBuilder.DropIndex(
                name: "IX_Endpoint_TenantId_ShadowRunId",
                table: "Endpoint");

            migrationBuilder.DropColumn(
                name: "CanaryLimitsJson",
                table: "Endpoint");

            migrationBuilder.DropColumn(
                name: "ShadowPercent",
                table: "Endpoint");

            migrationBuilder.DropColumn(
                name: "ShadowRunId",
                table: "Endpoint");
        }
    }
}
