using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class IsolationKeys : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AlterColumn<string>(
                name: "CandidateId",
                table: "Checkpoint",
                type: "nvarchar(40)",
                maxLength: 40,
                nullable: true,
                oldClrType: typeof(string),
                oldType: "nvarchar(40)",
                oldMaxLength: 40);

            // Until now a checkpoint that nobody had registered said so by an empty text, which is no candidate's id.
            migrationBuilder.Sql("UPDATE \"Checkpoint\" SET \"CandidateId\" = NULL WHERE \"CandidateId\" = ''");

            migrationBuilder.CreateIndex(
                name: "IX_ModelChoice_TenantId_VersionId",
                table: "ModelChoice",
                columns: new[] { "TenantId", "VersionId" });

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
                name: "IX_Endpoint_TenantId_LiveDeploymentId",
                table: "Endpoint",
                columns: new[] { "TenantId", "LiveDeploymentId" });

            migrationBuilder.CreateIndex(
                name: "IX_Deployment_TenantId_CandidateId",
                table: "Deployment",
                columns: new[] { "TenantId", "CandidateId" });

            migrationBuilder.CreateIndex(
                name: "IX_Deployment_TenantId_ProjectId",
                table: "Deployment",
                columns: new[] { "TenantId", "ProjectId" });

            migrationBuilder.CreateIndex(
                name: "IX_DatasetVersion_TenantId_ImportId",
                table: "DatasetVersion",
                columns: new[] { "TenantId", "ImportId" });

            migrationBuilder.CreateIndex(
                name: "IX_Dataset_TenantId_WorkingImportId",
                table: "Dataset",
                columns: new[] { "TenantId", "WorkingImportId" });

            migrationBuilder.CreateIndex(
                name: "IX_Checkpoint_TenantId_CandidateId",
                table: "Checkpoint",
                columns: new[] { "TenantId", "CandidateId" });

            migrationBuilder.CreateIndex(
                name: "IX_ApiKeyIndex_TenantId_KeyId",
                table: "ApiKeyIndex",
                columns: new[] { "TenantId", "KeyId" });

            migrationBuilder.CreateIndex(
                name: "IX_ApiKey_TenantId_DeploymentId",
                table: "ApiKey",
                columns: new[] { "TenantId", "DeploymentId" });

            migrationBuilder.CreateIndex(
                name: "IX_ApiKey_TenantId_ProjectId",
                table: "ApiKey",
                columns: new[] { "TenantId", "ProjectId" });

            migrationBuilder.AddForeignKey(
                name: "FK_ApiKey_Deployment_TenantId_DeploymentId",
                table: "ApiKey",
                columns: new[] { "TenantId", "DeploymentId" },
                principalTable: "Deployment",
                principalColumns: new[] { "TenantId", "Id" },
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_ApiKey_Project_TenantId_ProjectId",
                table: "ApiKey",
                columns: new[] { "TenantId", "ProjectId" },
                principalTable: "Project",
                principalColumns: new[] { "TenantId", "Id" },
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_ApiKeyIndex_ApiKey_TenantId_KeyId",
                table: "ApiKeyIndex",
                columns: new[] { "TenantId", "KeyId" },
                principalTable: "ApiKey",
                principalColumns: new[] { "TenantId", "Id" },
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_Checkpoint_Candidate_TenantId_CandidateId",
                table: "Checkpoint",
                columns: new[] { "TenantId", "CandidateId" },
                principalTable: "Candidate",
                principalColumns: new[] { "TenantId", "Id" },
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_Dataset_DatasetImport_TenantId_WorkingImportId",
                table: "Dataset",
                columns: new[] { "TenantId", "WorkingImportId" },
                principalTable: "DatasetImport",
                principalColumns: new[] { "TenantId", "Id" },
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_DatasetVersion_DatasetImport_TenantId_ImportId",
                table: "DatasetVersion",
                columns: new[] { "TenantId", "ImportId" },
                principalTable: "DatasetImport",
                principalColumns: new[] { "TenantId", "Id" },
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_Deployment_Candidate_TenantId_CandidateId",
                table: "Deployment",
                columns: new[] { "TenantId", "CandidateId" },
                principalTable: "Candidate",
                principalColumns: new[] { "TenantId", "Id" },
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_Deployment_Project_TenantId_ProjectId",
                table: "Deployment",
                columns: new[] { "TenantId", "ProjectId" },
                principalTable: "Project",
                principalColumns: new[] { "TenantId", "Id" },
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_Endpoint_Deployment_TenantId_LiveDeploymentId",
                table: "Endpoint",
                columns: new[] { "TenantId", "LiveDeploymentId" },
                principalTable: "Deployment",
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
                name: "FK_InferenceLog_Endpoint_TenantId_EndpointId",
                table: "InferenceLog",
                columns: new[] { "TenantId", "EndpointId" },
                principalTable: "Endpoint",
                principalColumns: new[] { "TenantId", "Id" },
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_InferenceLog_Project_TenantId_ProjectId",
                table: "InferenceLog",
                columns: new[] { "TenantId", "ProjectId" },
                principalTable: "Project",
                principalColumns: new[] { "TenantId", "Id" },
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_ModelChoice_DatasetVersion_TenantId_VersionId",
                table: "ModelChoice",
                columns: new[] { "TenantId", "VersionId" },
                principalTable: "DatasetVersion",
                principalColumns: new[] { "TenantId", "Id" },
                onDelete: ReferentialAction.Restrict);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "FK_ApiKey_Deployment_TenantId_DeploymentId",
                table: "ApiKey");

            migrationBuilder.DropForeignKey(
                name: "FK_ApiKey_Project_TenantId_ProjectId",
                table: "ApiKey");

            migrationBuilder.DropForeignKey(
                name: "FK_ApiKeyIndex_ApiKey_TenantId_KeyId",
                table: "ApiKeyIndex");

            migrationBuilder.DropForeignKey(
                name: "FK_Checkpoint_Candidate_TenantId_CandidateId",
                table: "Checkpoint");

            migrationBuilder.DropForeignKey(
                name: "FK_Dataset_DatasetImport_TenantId_WorkingImportId",
                table: "Dataset");

            migrationBuilder.DropForeignKey(
                name: "FK_DatasetVersion_DatasetImport_TenantId_ImportId",
                table: "DatasetVersion");

            migrationBuilder.DropForeignKey(
                name: "FK_Deployment_Candidate_TenantId_CandidateId",
                table: "Deployment");

            migrationBuilder.DropForeignKey(
                name: "FK_Deployment_Project_TenantId_ProjectId",
                table: "Deployment");

            migrationBuilder.DropForeignKey(
                name: "FK_Endpoint_Deployment_TenantId_LiveDeploymentId",
                table: "Endpoint");

            migrationBuilder.DropForeignKey(
                name: "FK_InferenceLog_ApiKey_TenantId_ApiKeyId",
                table: "InferenceLog");

            migrationBuilder.DropForeignKey(
                name: "FK_InferenceLog_Deployment_TenantId_DeploymentId",
                table: "InferenceLog");

            migrationBuilder.DropForeignKey(
                name: "FK_InferenceLog_Endpoint_TenantId_EndpointId",
                table: "InferenceLog");

            migrationBuilder.DropForeignKey(
                name: "FK_InferenceLog_Project_TenantId_ProjectId",
                table: "InferenceLog");

            migrationBuilder.DropForeignKey(
                name: "FK_ModelChoice_DatasetVersion_TenantId_VersionId",
                table: "ModelChoice");

            migrationBuilder.DropIndex(
                name: "IX_ModelChoice_TenantId_VersionId",
                table: "ModelChoice");

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
                name: "IX_Endpoint_TenantId_LiveDeploymentId",
                table: "Endpoint");

            migrationBuilder.DropIndex(
                name: "IX_Deployment_TenantId_CandidateId",
                table: "Deployment");

            migrationBuilder.DropIndex(
                name: "IX_Deployment_TenantId_ProjectId",
                table: "Deployment");

            migrationBuilder.DropIndex(
                name: "IX_DatasetVersion_TenantId_ImportId",
                table: "DatasetVersion");

            migrationBuilder.DropIndex(
                name: "IX_Dataset_TenantId_WorkingImportId",
                table: "Dataset");

            migrationBuilder.DropIndex(
                name: "IX_Checkpoint_TenantId_CandidateId",
                table: "Checkpoint");

            migrationBuilder.DropIndex(
                name: "IX_ApiKeyIndex_TenantId_KeyId",
                table: "ApiKeyIndex");

            migrationBuilder.DropIndex(
                name: "IX_ApiKey_TenantId_DeploymentId",
                table: "ApiKey");

            migrationBuilder.DropIndex(
                name: "IX_ApiKey_TenantId_ProjectId",
                table: "ApiKey");

            migrationBuilder.AlterColumn<string>(
                name: "CandidateId",
                table: "Checkpoint",
                type: "nvarchar(40)",
                maxLength: 40,
                nullable: false,
                defaultValue: "",
                oldClrType: typeof(string),
                oldType: "nvarchar(40)",
                oldMaxLength: 40,
                oldNullable: true);
        }
    }
}
