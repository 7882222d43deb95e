using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class SplitMethods : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "CrossingCount",
                table: "DatasetVersion",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "SplitMethod",
                table: "DatasetVersion",
                type: "nvarchar(40)",
                maxLength: 40,
                nullable: false,
                defaultValue: "Spread");

            migrationBuilder.AddColumn<int>(
                name: "StaySealedCount",
                table: "DatasetVersion",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "UnsealedCount",
                table: "DatasetVersion",
                type: "int",
                nullable: false,
                defaultValue: 0);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "CrossingCount",
                table: "DatasetVersion");

            migrationBuilder.DropColumn(
                name: "SplitMethod",
                table: "DatasetVersion");

            migrationBuilder.DropColumn(
                name: "StaySealedCount",
                table: "DatasetVersion");

            migrationBuilder.DropColumn(
                name: "UnsealedCount",
                table: "DatasetVersion");
        }
    }
}
