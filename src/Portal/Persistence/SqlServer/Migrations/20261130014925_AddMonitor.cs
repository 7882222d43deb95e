using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class AddMonitor : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "AnswerFeedback",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    EndpointId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    DeploymentId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    ResponseId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Source = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Thumb = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Score = table.Column<double>(type: "float", nullable: true),
                    Comment = table.Column<string>(type: "nvarchar(4000)", maxLength: 4000, nullable: false),
                    Correction = table.Column<string>(type: "nvarchar(max)", maxLength: 4000000, nullable: false),
                    TextExpiresAt = table.Column<DateTime>(type: "datetime2", nullable: true),
                    AnsweredAt = table.Column<DateTime>(type: "datetime2", nullable: false),
                    At = table.Column<DateTime>(type: "datetime2", nullable: false),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AnswerFeedback", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_AnswerFeedback_Deployment_TenantId_DeploymentId",
                        columns: x => new { x.TenantId, x.DeploymentId },
                        principalTable: "Deployment",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_AnswerFeedback_Endpoint_TenantId_EndpointId",
                        columns: x => new { x.TenantId, x.EndpointId },
                        principalTable: "Endpoint",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_AnswerFeedback_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "CallTrait",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    EndpointId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    ResponseId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    At = table.Column<DateTime>(type: "datetime2", nullable: false),
                    Length = table.Column<int>(type: "int", nullable: false),
                    Language = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Label = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    IsValid = table.Column<bool>(type: "bit", nullable: false),
                    IsBlocked = table.Column<bool>(type: "bit", nullable: false),
                    Confidence = table.Column<double>(type: "float", nullable: true),
                    Sketch = table.Column<string>(type: "nvarchar(256)", maxLength: 256, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CallTrait", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_CallTrait_Endpoint_TenantId_EndpointId",
                        columns: x => new { x.TenantId, x.EndpointId },
                        principalTable: "Endpoint",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_CallTrait_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "DriftBaseline",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    VersionId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Examples = table.Column<long>(type: "bigint", nullable: false),
                    FiguresJson = table.Column<string>(type: "nvarchar(max)", maxLength: 4000000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DriftBaseline", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_DriftBaseline_DatasetVersion_TenantId_VersionId",
                        columns: x => new { x.TenantId, x.VersionId },
                        principalTable: "DatasetVersion",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_DriftBaseline_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "StoredCall",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    DeploymentId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    ResponseId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Input = table.Column<string>(type: "nvarchar(max)", maxLength: 4000000, nullable: false),
                    Answer = table.Column<string>(type: "nvarchar(max)", maxLength: 4000000, nullable: false),
                    IsValid = table.Column<bool>(type: "bit", nullable: false),
                    At = table.Column<DateTime>(type: "datetime2", nullable: false),
                    ExpiresAt = table.Column<DateTime>(type: "datetime2", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_StoredCall", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_StoredCall_Deployment_TenantId_DeploymentId",
                        columns: x => new { x.TenantId, x.DeploymentId },
                        principalTable: "Deployment",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_StoredCall_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "TextKeeping",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    IsOn = table.Column<bool>(type: "bit", nullable: false),
                    SharePercent = table.Column<int>(type: "int", nullable: false),
                    Days = table.Column<int>(type: "int", nullable: false),
                    ChangedAt = table.Column<DateTime>(type: "datetime2", nullable: false),
                    ChangedByName = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_TextKeeping", x => new { x.TenantId, x.Id });
                });

            migrationBuilder.CreateTable(
                name: "TrafficCursor",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    EndpointId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    From = table.Column<DateTime>(type: "datetime2", nullable: false),
                    NextAt = table.Column<DateTime>(type: "datetime2", nullable: false),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_TrafficCursor", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_TrafficCursor_Endpoint_TenantId_EndpointId",
                        columns: x => new { x.TenantId, x.EndpointId },
                        principalTable: "Endpoint",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_TrafficCursor_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "TrafficSlice",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    EndpointId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    DeploymentId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    CallerId = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Grain = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    From = table.Column<DateTime>(type: "datetime2", nullable: false),
                    Calls = table.Column<long>(type: "bigint", nullable: false),
                    Errors = table.Column<long>(type: "bigint", nullable: false),
                    InputTokens = table.Column<long>(type: "bigint", nullable: false),
                    OutputTokens = table.Column<long>(type: "bigint", nullable: false),
                    AmountMicros = table.Column<long>(type: "bigint", nullable: false),
                    FiguresJson = table.Column<string>(type: "nvarchar(max)", maxLength: 4000000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_TrafficSlice", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_TrafficSlice_Deployment_TenantId_DeploymentId",
                        columns: x => new { x.TenantId, x.DeploymentId },
                        principalTable: "Deployment",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_TrafficSlice_Endpoint_TenantId_EndpointId",
                        columns: x => new { x.TenantId, x.EndpointId },
                        principalTable: "Endpoint",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_TrafficSlice_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_AnswerFeedback_TenantId_DeploymentId",
                table: "AnswerFeedback",
                columns: new[] { "TenantId", "DeploymentId" });

            migrationBuilder.CreateIndex(
                name: "IX_AnswerFeedback_TenantId_EndpointId_AnsweredAt",
                table: "AnswerFeedback",
                columns: new[] { "TenantId", "EndpointId", "AnsweredAt" });

            migrationBuilder.CreateIndex(
                name: "IX_AnswerFeedback_TenantId_ProjectId",
                table: "AnswerFeedback",
                columns: new[] { "TenantId", "ProjectId" });

            migrationBuilder.CreateIndex(
                name: "IX_AnswerFeedback_TenantId_ResponseId",
                table: "AnswerFeedback",
                columns: new[] { "TenantId", "ResponseId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_AnswerFeedback_TextExpiresAt",
                table: "AnswerFeedback",
                column: "TextExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_CallTrait_TenantId_EndpointId_At",
                table: "CallTrait",
                columns: new[] { "TenantId", "EndpointId", "At" });

            migrationBuilder.CreateIndex(
                name: "IX_CallTrait_TenantId_ProjectId",
                table: "CallTrait",
                columns: new[] { "TenantId", "ProjectId" });

            migrationBuilder.CreateIndex(
                name: "IX_DriftBaseline_TenantId_ProjectId",
                table: "DriftBaseline",
                columns: new[] { "TenantId", "ProjectId" });

            migrationBuilder.CreateIndex(
                name: "IX_DriftBaseline_TenantId_VersionId",
                table: "DriftBaseline",
                columns: new[] { "TenantId", "VersionId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_StoredCall_ExpiresAt",
                table: "StoredCall",
                column: "ExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_StoredCall_TenantId_DeploymentId",
                table: "StoredCall",
                columns: new[] { "TenantId", "DeploymentId" });

            migrationBuilder.CreateIndex(
                name: "IX_StoredCall_TenantId_ProjectId",
                table: "StoredCall",
                columns: new[] { "TenantId", "ProjectId" });

            migrationBuilder.CreateIndex(
                name: "IX_StoredCall_TenantId_ResponseId",
                table: "StoredCall",
                columns: new[] { "TenantId", "ResponseId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_TextKeeping_TenantId",
                table: "TextKeeping",
                column: "TenantId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_TrafficCursor_TenantId_EndpointId",
                table: "TrafficCursor",
                columns: new[] { "TenantId", "EndpointId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_TrafficCursor_TenantId_ProjectId",
                table: "TrafficCursor",
                columns: new[] { "TenantId", "ProjectId" });

            migrationBuilder.CreateIndex(
                name: "IX_TrafficSlice_TenantId_DeploymentId",
                table: "TrafficSlice",
                columns: new[] { "TenantId", "DeploymentId" });

            migrationBuilder.CreateIndex(
                name: "IX_TrafficSlice_TenantId_EndpointId_Grain_From_DeploymentId_CallerId",
                table: "TrafficSlice",
                columns: new[] { "TenantId", "EndpointId", "Grain", "From", "DeploymentId", "CallerId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_TrafficSlice_TenantId_ProjectId",
                table: "TrafficSlice",
                columns: new[] { "TenantId", "ProjectId" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "AnswerFeedback");

            migrationBuilder.DropTable(
                name: "CallTrait");

            migrationBuilder.DropTable(
                name: "DriftBaseline");

            migrationBuilder.DropTable(
                name: "StoredCall");

            migrationBuilder.DropTable(
                name: "TextKeeping");

            migrationBuilder.DropTable(
                name: "TrafficCursor");

            migrationBuilder.DropTable(
                name: "TrafficSlice");
        }
    }
}
