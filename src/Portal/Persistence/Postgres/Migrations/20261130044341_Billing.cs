using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class Billing : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "BillingAccount",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Customer = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: false),
                    Subscription = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: false),
                    PlanId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    State = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    TrialEndsAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    PeriodStartAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    PeriodEndsAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    EndsAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    BillableFromAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    ReadAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    LeaseToken = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    LeaseUntil = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_BillingAccount", x => new { x.TenantId, x.Id });
                });

            migrationBuilder.CreateTable(
                name: "BillingInvoice",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Invoice = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: false),
                    Number = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: false),
                    Status = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    TotalCents = table.Column<long>(type: "bigint", nullable: false),
                    DueCents = table.Column<long>(type: "bigint", nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    NextAttemptAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    PageUrl = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    PdfUrl = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_BillingInvoice", x => new { x.TenantId, x.Id });
                });

            migrationBuilder.CreateTable(
                name: "StripeCustomer",
                columns: table => new
                {
                    Customer = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: false),
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_StripeCustomer", x => x.Customer);
                });

            migrationBuilder.CreateTable(
                name: "StripeEvent",
                columns: table => new
                {
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Event = table.Column<string>(type: "character varying(120)", maxLength: 120, nullable: false),
                    Type = table.Column<string>(type: "character varying(120)", maxLength: 120, nullable: false),
                    Body = table.Column<string>(type: "character varying(4000000)", maxLength: 4000000, nullable: false),
                    Customer = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: false),
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    HappenedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    ReceivedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    NextAttemptAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    State = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Attempts = table.Column<int>(type: "integer", nullable: false),
                    Problem = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_StripeEvent", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_BillingAccount_TenantId",
                table: "BillingAccount",
                column: "TenantId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_BillingInvoice_TenantId_CreatedAt",
                table: "BillingInvoice",
                columns: new[] { "TenantId", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_BillingInvoice_TenantId_Invoice",
                table: "BillingInvoice",
                columns: new[] { "TenantId", "Invoice" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_StripeCustomer_TenantId",
                table: "StripeCustomer",
                column: "TenantId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_StripeEvent_Event",
                table: "StripeEvent",
                column: "Event",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_StripeEvent_HappenedAt",
                table: "StripeEvent",
                column: "HappenedAt");

            migrationBuilder.CreateIndex(
                name: "IX_StripeEvent_State_NextAttemptAt",
                table: "StripeEvent",
                columns: new[] { "State", "NextAttemptAt" });

            migrationBuilder.CreateIndex(
                name: "IX_StripeEvent_TenantId",
                table: "StripeEvent",
                column: "TenantId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "BillingAccount");

            migrationBuilder.DropTable(
                name: "BillingInvoice");

            migrationBuilder.DropTable(
                name: "StripeCustomer");

            migrationBuilder.DropTable(
                name: "StripeEvent");
        }
    }
}
