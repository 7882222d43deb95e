using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class CataloguePrices : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "InputPricePerMillion",
                table: "CatalogueModel");

            migrationBuilder.DropColumn(
                name: "OutputPricePerMillion",
                table: "CatalogueModel");

            migrationBuilder.DropColumn(
                name: "PriceSource",
                table: "CatalogueModel");

            migrationBuilder.DropColumn(
                name: "PromotionInputPricePerMillion",
                table: "CatalogueModel");

            migrationBuilder.DropColumn(
                name: "PromotionOutputPricePerMillion",
                table: "CatalogueModel");

            migrationBuilder.DropColumn(
                name: "TrainingPricePerMillion",
                table: "CatalogueModel");

            migrationBuilder.RenameColumn(
                name: "TrainingPriceSource",
                table: "CatalogueModel",
                newName: "PracticePriceSource");

            migrationBuilder.RenameColumn(
                name: "PromotionEndsAt",
                table: "CatalogueModel",
                newName: "AvailableAt");

            migrationBuilder.AddColumn<string>(
                name: "Prices",
                table: "CatalogueModel",
                type: "TEXT",
                maxLength: 16000,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<long>(
                name: "Version",
                table: "CatalogueModel",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateTable(
                name: "CatalogueChange",
                columns: table => new
                {
                    Id = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    ModelId = table.Column<string>(type: "TEXT", maxLength: 80, nullable: false),
                    Number = table.Column<long>(type: "INTEGER", nullable: false),
                    At = table.Column<DateTime>(type: "TEXT", nullable: false),
                    ByUserId = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    ByName = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    Note = table.Column<string>(type: "TEXT", maxLength: 500, nullable: false),
                    BroughtBack = table.Column<long>(type: "INTEGER", nullable: true),
                    BeforeJson = table.Column<string>(type: "TEXT", maxLength: 16000, nullable: false),
                    AfterJson = table.Column<string>(type: "TEXT", maxLength: 16000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CatalogueChange", x => x.Id);
                    table.ForeignKey(
                        name: "FK_CatalogueChange_CatalogueModel_ModelId",
                        column: x => x.ModelId,
                        principalTable: "CatalogueModel",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_CatalogueChange_ModelId_Number",
                table: "CatalogueChange",
                columns: new[] { "ModelId", "Number" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "CatalogueChange");

            migrationBuilder.DropColumn(
                name: "Prices",
                table: "CatalogueModel");

            migrationBuilder.DropColumn(
                name: "Version",
                table: "CatalogueModel");

            migrationBuilder.RenameColumn(
                name: "PracticePriceSource",
                table: "CatalogueModel",
                newName: "TrainingPriceSource");

            migrationBuilder.RenameColumn(
                name: "AvailableAt",
                table: "CatalogueModel",
                newName: "PromotionEndsAt");

            migrationBuilder.AddColumn<long>(
                name: "InputPricePerMillion",
                table: "CatalogueModel",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "OutputPricePerMillion",
                table: "CatalogueModel",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "PriceSource",
                table: "CatalogueModel",
                type: "TEXT",
                maxLength: 400,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<long>(
                name: "PromotionInputPricePerMillion",
                table: "CatalogueModel",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "PromotionOutputPricePerMillion",
                table: "CatalogueModel",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "TrainingPricePerMillion",
                table: "CatalogueModel",
                type: "INTEGER",
                nullable: true);
        }
    }
}
