using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.Sqlite.Migrations
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
                type: "TEXT",
                maxLength: 40,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "BudgetIds",
                table: "Reservation",
                type: "TEXT",
                maxLength: 400,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<long>(
                name: "DrawnMicros",
                table: "Reservation",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<DateTime>(
                name: "ExpiresAt",
                table: "Reservation",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "KeyId",
                table: "Reservation",
                type: "TEXT",
                maxLength: 40,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "KeyId",
                table: "ImportedUsage",
                type: "TEXT",
                maxLength: 40,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "Budget",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    Kind = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    ScopeId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    CapMicros = table.Column<long>(type: "INTEGER", nullable: false),
                    Currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: false),
                    Month = table.Column<int>(type: "INTEGER", nullable: false),
                    SpentMicros = table.Column<long>(type: "INTEGER", nullable: false),
                    HeldMicros = table.Column<long>(type: "INTEGER", nullable: false),
                    Refused = table.Column<long>(type: "INTEGER", nullable: false),
                    ToldPercent = table.Column<int>(type: "INTEGER", nullable: false),
                    CountAgainAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    ChangedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    ChangedByName = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    Version = table.Column<long>(type: "INTEGER", nullable: false)
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
