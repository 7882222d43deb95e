using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class LeanCallRows : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "FK_CallTrait_Project_TenantId_ProjectId",
                table: "CallTrait");

            migrationBuilder.DropForeignKey(
                name: "FK_InferenceLog_ApiKey_TenantId_ApiKeyId",
                table: "InferenceLog");

            migrationBuilder.DropForeignKey(
                name: "FK_InferenceLog_Deployment_TenantId_DeploymentId",
                table: "InferenceLog");

            migrationBuilder.DropForeignKey(
                name: "FK_InferenceLog_Project_TenantId_ProjectId",
                table: "InferenceLog");

            migrationBuilder.DropIndex(
                name: "IX_InferenceLog_TenantId_ApiKeyId",
                table: "InferenceLog");

            migrationBuilder.DropIndex(
                name: "IX_InferenceLog_TenantId_DeploymentId",
                table: "InferenceLog");

            migrationBuilder.DropIndex(
                name: "IX_InferenceLog_TenantId_ProjectId",
                table: "InferenceLog");

            migrationBuilder.DropIndex(
                name: "IX_CallTrait_TenantId_ProjectId",
                table: "CallTrait");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "IX_InferenceLog_TenantId_ApiKeyId",
                table: "InferenceLog",
                columns: new[] { "TenantId", "ApiKeyId" });

            migrationBuilder.CreateIndex(
                name: "IX_InferenceLog_TenantId_DeploymentId",
                table: "InferenceLog",
                columns: new[] { "TenantId", "DeploymentId" });

            migrationBuilder.CreateIndex(
                name: "IX_InferenceLog_TenantId_ProjectId",
                table: "InferenceLog",
                columns: new[] { "TenantId", "ProjectId" });

            migrationBuilder.CreateIndex(
                name: "IX_CallTrait_TenantId_ProjectId",
                table: "CallTrait",
                columns: new[] { "TenantId", "ProjectId" });

            migrationBuilder.AddForeignKey(
                name: "FK_CallTrait_Project_TenantId_ProjectId",
                table: "CallTrait",
                columns: new[] { "TenantId", "ProjectId" },
                principalTable: "Project",
                principalColumns: new[] { "TenantId", "Id" },
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_InferenceLog_ApiKey_TenantId_ApiKeyId",
                table: "InferenceLog",
                columns: new[] { "TenantId", "ApiKeyId" },
                principalTable: "ApiKey",
                principalColumns: new[] { "TenantId", "Id" },
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_InferenceLog_Deployment_TenantId_DeploymentId",
                table: "InferenceLog",
                columns: new[] { "TenantId", "DeploymentId" },
                principalTable: "Deployment",
                principalColumns: new[] { "TenantId", "Id" },
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_InferenceLog_Project_TenantId_ProjectId",
                table: "InferenceLog",
                columns: new[] { "TenantId", "ProjectId" },
                principalTable: "Project",
                principalColumns: new[] { "TenantId", "Id" },
                onDelete: ReferentialAction.Restrict);
        }
    }
}
