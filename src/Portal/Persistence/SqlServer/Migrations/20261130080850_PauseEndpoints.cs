using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.SqlServer.Migrations
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
                type: "nvarchar(300)",
                maxLength: 300,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<DateTime>(
                name: "PausedAt",
                table: "Endpoint",
                type: "datetime2",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "ReturnedByUserId",
                table: "Deployment",
                type: "nvarchar(40)",
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
