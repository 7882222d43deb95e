using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class Budgets : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "KeyId",
                table: "UsageEvent",
                type: "nvarchar(40)",
                maxLength: 40,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "BudgetIds",
                table: "Reservation",
                type: "nvarchar(400)",
                maxLength: 400,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<long>(
                name: "DrawnMicros",
                table: "Reservation",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<DateTime>(
                name: "ExpiresAt",
                table: "Reservation",
                type: "datetime2",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "KeyId",
                table: "Reservation",
                type: "nvarchar(40)",
                maxLength: 40,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "KeyId",
                table: "ImportedUsage",
                type: "nvarchar(40)",
                maxLength: 40,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "Budget",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Kind = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    ScopeId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    CapMicros = table.Column<long>(type: "bigint", nullable: false),
                    Currency = table.Column<string>(type: "nvarchar(3)", maxLength: 3, nullable: false),
                    Month = table.Column<int>(type: "int", nullable: false),
                    SpentMicros = table.Column<long>(type: "bigint", nullable: false),
                    HeldMicros = table.Column<long>(type: "bigint", nullable: false),
                    Refused = table.Column<long>(type: "bigint", nullable: false),
                    ToldPercent = table.Column<int>(type: "int", nullable: false),
                    CountAgainAt = table.Column<DateTime>(type: "datetime2", nullable: true),
                    ChangedAt = table.Column<DateTime>(type: "datetime2", nullable: false),
                    ChangedByName = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Budget", x => new { x.TenantId, x.Id });
                });

            migrationBuilder.CreateIndex(
                name: "IX_Reservation_ExpiresAt",
                table: "Reservation",
                column: "ExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_Budget_CountAgainAt",
                table: "Budget",
                column: "CountAgainAt");

            migrationBuilder.CreateIndex(
                name: "IX_Budget_TenantId_ScopeId",
                table: "Budget",
                columns: new[] { "TenantId", "ScopeId" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Budget");

            migrationBuilder.DropIndex(
                name: "IX_Reservation_ExpiresAt",
                table: "Reservation");

            migrationBuilder.DropColumn(
                name: "KeyId",
                table: "UsageEvent");

            migrationBuilder.DropColumn(
                name: "BudgetIds",
                table: "Reservation");

            migrationBuilder.DropColumn(
                name: "DrawnMicros",
                table: "Reservation");

            migrationBuilder.DropColumn(
                name: "ExpiresAt",
                table: "Reservation");

            migrationBuilder.DropColumn(
                name: "KeyId",
                table: "Reservation");

            migrationBuilder.DropColumn(
                name: "KeyId",
                table: "ImportedUsage");
        }
    }
}
