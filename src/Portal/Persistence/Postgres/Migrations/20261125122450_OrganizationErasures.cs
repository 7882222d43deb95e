using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class OrganizationErasures : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTime>(
                name: "ClosedAt",
                table: "Tenant",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "OrganizationErasure",
                columns: table => new
                {
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    SlugHash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    AskedByUserId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    AskedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    OwnerList = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: false),
                    State = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Slot = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    DueAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    Stage = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    BegunAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    EndedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    Problem = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    Failures = table.Column<int>(type: "integer", nullable: false),
                    NextStepAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    LedgerJson = table.Column<string>(type: "character varying(4000000)", maxLength: 4000000, nullable: false),
                    ReceiptJson = table.Column<string>(type: "character varying(4000000)", maxLength: 4000000, nullable: false),
                    ReceiptHash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    LeaseToken = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    LeaseUntil = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_OrganizationErasure", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_OrganizationErasure_Slot",
                table: "OrganizationErasure",
                column: "Slot",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_OrganizationErasure_SlugHash",
                table: "OrganizationErasure",
                column: "SlugHash");

            migrationBuilder.CreateIndex(
                name: "IX_OrganizationErasure_State_NextStepAt",
                table: "OrganizationErasure",
                columns: new[] { "State", "NextStepAt" });

            migrationBuilder.CreateIndex(
                name: "IX_OrganizationErasure_TenantId",
                table: "OrganizationErasure",
                column: "TenantId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "OrganizationErasure");

            migrationBuilder.DropColumn(
                name: "ClosedAt",
                table: "Tenant");
        }
    }
}
