using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class SyntheticRows : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "IsSynthetic",
                table: "FrozenExample",
                type: "bit",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<int>(
                name: "LeftOutCount",
                table: "DatasetVersion",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "SyntheticCount",
                table: "DatasetVersion",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "Augmentation",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    ImportId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    VersionId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Label = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false),
                    Slice = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    Wish = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: false),
                    Asked = table.Column<int>(type: "int", nullable: false),
                    WriterId = table.Column<string>(type: "nvarchar(80)", maxLength: 80, nullable: false),
                    WriterName = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    ModelName = table.Column<string>(type: "nvarchar(400)", maxLength: 400, nullable: false),
                    Temperature = table.Column<double>(type: "float", nullable: false),
                    Seed = table.Column<int>(type: "int", nullable: false),
                    MaxOutputTokens = table.Column<int>(type: "int", nullable: false),
                    InputPricePerMillion = table.Column<long>(type: "bigint", nullable: false),
                    OutputPricePerMillion = table.Column<long>(type: "bigint", nullable: false),
                    ReservedMicros = table.Column<long>(type: "bigint", nullable: false),
                    StartedByUserId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    StartedByName = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "datetime2", nullable: false),
                    State = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    CallsDone = table.Column<int>(type: "int", nullable: false),
                    AskedAt = table.Column<DateTime>(type: "datetime2", nullable: true),
                    AskedInputTokens = table.Column<long>(type: "bigint", nullable: false),
                    AskedOutputTokens = table.Column<long>(type: "bigint", nullable: false),
                    LostCalls = table.Column<int>(type: "int", nullable: false),
                    InputTokens = table.Column<long>(type: "bigint", nullable: false),
                    OutputTokens = table.Column<long>(type: "bigint", nullable: false),
                    SpentMicros = table.Column<long>(type: "bigint", nullable: false),
                    EndedAt = table.Column<DateTime>(type: "datetime2", nullable: true),
                    UpdatedAt = table.Column<DateTime>(type: "datetime2", nullable: true),
                    CancelRequestedAt = table.Column<DateTime>(type: "datetime2", nullable: true),
                    LeaseUntil = table.Column<DateTime>(type: "datetime2", nullable: true),
                    LeaseToken = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: true),
                    NextAttemptAt = table.Column<DateTime>(type: "datetime2", nullable: true),
                    FruitlessSteps = table.Column<int>(type: "int", nullable: false),
                    Problem = table.Column<string>(type: "nvarchar(1000)", maxLength: 1000, nullable: false),
                    ProblemDetails = table.Column<string>(type: "nvarchar(4000)", maxLength: 4000, nullable: false),
                    Version = table.Column<long>(type: "bigint", nullable: false),
                    Counts_Alike = table.Column<int>(type: "int", nullable: false),
                    Counts_Missing = table.Column<int>(type: "int", nullable: false),
                    Counts_New = table.Column<int>(type: "int", nullable: false),
                    Counts_Personal = table.Column<int>(type: "int", nullable: false),
                    Counts_Unlabelled = table.Column<int>(type: "int", nullable: false),
                    Counts_Unusable = table.Column<int>(type: "int", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Augmentation", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_Augmentation_DatasetImport_TenantId_ImportId",
                        columns: x => new { x.TenantId, x.ImportId },
                        principalTable: "DatasetImport",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_Augmentation_DatasetVersion_TenantId_VersionId",
                        columns: x => new { x.TenantId, x.VersionId },
                        principalTable: "DatasetVersion",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_Augmentation_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "SyntheticDraft",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    AugmentationId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Place = table.Column<int>(type: "int", nullable: false),
                    Input = table.Column<string>(type: "nvarchar(max)", maxLength: 4000000, nullable: false),
                    Output = table.Column<string>(type: "nvarchar(max)", maxLength: 4000000, nullable: false),
                    SeedNumbers = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    State = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    RowNumber = table.Column<int>(type: "int", nullable: true),
                    IsEdited = table.Column<bool>(type: "bit", nullable: false),
                    DecidedByName = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    DecidedAt = table.Column<DateTime>(type: "datetime2", nullable: true),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SyntheticDraft", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_SyntheticDraft_Augmentation_TenantId_AugmentationId",
                        columns: x => new { x.TenantId, x.AugmentationId },
                        principalTable: "Augmentation",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Augmentation_State",
                table: "Augmentation",
                column: "State");

            migrationBuilder.CreateIndex(
                name: "IX_Augmentation_TenantId_ImportId",
                table: "Augmentation",
                columns: new[] { "TenantId", "ImportId" });

            migrationBuilder.CreateIndex(
                name: "IX_Augmentation_TenantId_ProjectId_CreatedAt",
                table: "Augmentation",
                columns: new[] { "TenantId", "ProjectId", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_Augmentation_TenantId_VersionId",
                table: "Augmentation",
                columns: new[] { "TenantId", "VersionId" });

            migrationBuilder.CreateIndex(
                name: "IX_SyntheticDraft_TenantId_AugmentationId_Place",
                table: "SyntheticDraft",
                columns: new[] { "TenantId", "AugmentationId", "Place" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "SyntheticDraft");

            migrationBuilder.DropTable(
                name: "Augmentation");

            migrationBuilder.DropColumn(
                name: "IsSynthetic",
                table: "FrozenExample");

            migrationBuilder.DropColumn(
                name: "LeftOutCount",
                table: "DatasetVersion");

            migrationBuilder.DropColumn(
                name: "SyntheticCount",
                table: "DatasetVersion");
        }
    }
}
