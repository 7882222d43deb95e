using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class UsageReports : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTime>(
                name: "CollectedUntilAt",
                table: "BillingAccount",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "ReconciledAt",
                table: "BillingAccount",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "UsageReconciliation",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Meter = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    PeriodStartAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    PeriodEndsAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    LedgerMicros = table.Column<long>(type: "bigint", nullable: false),
                    StripeMicros = table.Column<long>(type: "bigint", nullable: false),
                    IsApart = table.Column<bool>(type: "boolean", nullable: false),
                    Problem = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    CheckedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_UsageReconciliation", x => new { x.TenantId, x.Id });
                });

            migrationBuilder.CreateTable(
                name: "UsageReport",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    UsageId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Meter = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Value = table.Column<long>(type: "bigint", nullable: false),
                    UsedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    State = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    SentAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    Attempts = table.Column<int>(type: "integer", nullable: false),
                    Problem = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_UsageReport", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_UsageReport_UsageEvent_TenantId_UsageId",
                        columns: x => new { x.TenantId, x.UsageId },
                        principalTable: "UsageEvent",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_UsageReconciliation_IsApart",
                table: "UsageReconciliation",
                column: "IsApart");

            migrationBuilder.CreateIndex(
                name: "IX_UsageReconciliation_TenantId_PeriodStartAt_Meter",
                table: "UsageReconciliation",
                columns: new[] { "TenantId", "PeriodStartAt", "Meter" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_UsageReport_State_CreatedAt",
                table: "UsageReport",
                columns: new[] { "State", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_UsageReport_TenantId_Meter_UsedAt",
                table: "UsageReport",
                columns: new[] { "TenantId", "Meter", "UsedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_UsageReport_TenantId_UsageId",
                table: "UsageReport",
                columns: new[] { "TenantId", "UsageId" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "UsageReconciliation");

            migrationBuilder.DropTable(
                name: "UsageReport");

            migrationBuilder.DropColumn(
                name: "CollectedUntilAt",
                table: "BillingAccount");

            migrationBuilder.DropColumn(
                name: "ReconciledAt",
                table: "BillingAccount");
        }
    }
}
