using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class DataReading : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.RenameColumn(
                name: "OutputColumn",
                table: "DatasetImport",
                newName: "Sheet");

            migrationBuilder.RenameColumn(
                name: "InputColumn",
                table: "DatasetImport",
                newName: "Items");

            migrationBuilder.AddColumn<string>(
                name: "Content",
                table: "FrozenExample",
                type: "TEXT",
                maxLength: 4000000,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Slice",
                table: "FrozenExample",
                type: "TEXT",
                maxLength: 200,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "SourceId",
                table: "FrozenExample",
                type: "TEXT",
                maxLength: 200,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "System",
                table: "FrozenExample",
                type: "TEXT",
                maxLength: 4000000,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Content",
                table: "Example",
                type: "TEXT",
                maxLength: 4000000,
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "DatedAt",
                table: "Example",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "GivenSplit",
                table: "Example",
                type: "TEXT",
                maxLength: 40,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "GroupKey",
                table: "Example",
                type: "TEXT",
                maxLength: 200,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Slice",
                table: "Example",
                type: "TEXT",
                maxLength: 200,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "SourceId",
                table: "Example",
                type: "TEXT",
                maxLength: 200,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "System",
                table: "Example",
                type: "TEXT",
                maxLength: 4000000,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Container",
                table: "DatasetImport",
                type: "TEXT",
                maxLength: 40,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Entry",
                table: "DatasetImport",
                type: "TEXT",
                maxLength: 1000,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "MappingJson",
                table: "DatasetImport",
                type: "TEXT",
                maxLength: 40000,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Quoting",
                table: "DatasetImport",
                type: "TEXT",
                maxLength: 40,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Shape",
                table: "DatasetImport",
                type: "TEXT",
                maxLength: 64,
                nullable: false,
                defaultValue: "");

            migrationBuilder.CreateIndex(
                name: "IX_DatasetImport_TenantId_Shape",
                table: "DatasetImport",
                columns: new[] { "TenantId", "Shape" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_DatasetImport_TenantId_Shape",
                table: "DatasetImport");

            migrationBuilder.DropColumn(
                name: "Content",
                table: "FrozenExample");

            migrationBuilder.DropColumn(
                name: "Slice",
                table: "FrozenExample");

            migrationBuilder.DropColumn(
                name: "SourceId",
                table: "FrozenExample");

            migrationBuilder.DropColumn(
                name: "System",
                table: "FrozenExample");

            migrationBuilder.DropColumn(
                name: "Content",
                table: "Example");

            migrationBuilder.DropColumn(
                name: "DatedAt",
                table: "Example");

            migrationBuilder.DropColumn(
                name: "GivenSplit",
                table: "Example");

            migrationBuilder.DropColumn(
                name: "GroupKey",
                table: "Example");

            migrationBuilder.DropColumn(
                name: "Slice",
                table: "Example");

            migrationBuilder.DropColumn(
                name: "SourceId",
                table: "Example");

            migrationBuilder.DropColumn(
                name: "System",
                table: "Example");

            migrationBuilder.DropColumn(
                name: "Container",
                table: "DatasetImport");

            migrationBuilder.DropColumn(
                name: "Entry",
                table: "DatasetImport");

            migrationBuilder.DropColumn(
                name: "MappingJson",
                table: "DatasetImport");

            migrationBuilder.DropColumn(
                name: "Quoting",
                table: "DatasetImport");

            migrationBuilder.DropColumn(
                name: "Shape",
                table: "DatasetImport");

            migrationBuilder.RenameColumn(
                name: "Sheet",
                table: "DatasetImport",
                newName: "OutputColumn");

            migrationBuilder.RenameColumn(
                name: "Items",
                table: "DatasetImport",
                newName: "InputColumn");
        }
    }
}
