using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class PauseEndpoints : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "PauseMessage",
                table: "Endpoint",
                type: "TEXT",
                maxLength: 300,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<DateTime>(
                name: "PausedAt",
                table: "Endpoint",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "ReturnedByUserId",
                table: "Deployment",
                type: "TEXT",
                maxLength: 40,
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "PauseMessage",
                table: "Endpoint");

            migrationBuilder.DropColumn(
                name: "PausedAt",
                table: "Endpoint");

            migrationBuilder.DropColumn(
                name: "ReturnedByUserId",
                table: "Deployment");
        }
    }
}
