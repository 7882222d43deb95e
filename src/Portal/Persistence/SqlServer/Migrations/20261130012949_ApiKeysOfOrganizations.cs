using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class ApiKeysOfOrganizations : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "FK_ApiKey_Deployment_TenantId_DeploymentId",
                table: "ApiKey");

            migrationBuilder.DropForeignKey(
                name: "FK_ApiKey_Endpoint_TenantId_EndpointId",
                table: "ApiKey");

            migrationBuilder.DropForeignKey(
                name: "FK_ApiKey_Project_TenantId_ProjectId",
                table: "ApiKey");

            migrationBuilder.DropIndex(
                name: "IX_ApiKey_TenantId_EndpointId",
                table: "ApiKey");

            migrationBuilder.AlterColumn<string>(
                name: "ProjectId",
                table: "ApiKey",
                type: "nvarchar(40)",
                maxLength: 40,
                nullable: true,
                oldClrType: typeof(string),
                oldType: "nvarchar(40)",
                oldMaxLength: 40);

            migrationBuilder.AlterColumn<string>(
                name: "EndpointId",
                table: "ApiKey",
                type: "nvarchar(40)",
                maxLength: 40,
                nullable: true,
                oldClrType: typeof(string),
                oldType: "nvarchar(40)",
                oldMaxLength: 40);

            migrationBuilder.AddColumn<string>(
                name: "AllowedAddresses",
                table: "ApiKey",
                type: "nvarchar(3000)",
                maxLength: 3000,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "CreatedByUserId",
                table: "ApiKey",
                type: "nvarchar(40)",
                maxLength: 40,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "EndpointList",
                table: "ApiKey",
                type: "nvarchar(4000)",
                maxLength: 4000,
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "ExpiresAt",
                table: "ApiKey",
                type: "datetime2",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "MonthlyBudgetMicros",
                table: "ApiKey",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "PreviousHash",
                table: "ApiKey",
                type: "nvarchar(64)",
                maxLength: 64,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "PreviousPrefix",
                table: "ApiKey",
                type: "nvarchar(40)",
                maxLength: 40,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<DateTime>(
                name: "PreviousUntil",
                table: "ApiKey",
                type: "datetime2",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "ProjectList",
                table: "ApiKey",
                type: "nvarchar(4000)",
                maxLength: 4000,
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "RequestsPerMinute",
                table: "ApiKey",
                type: "int",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "RotatedAt",
                table: "ApiKey",
                type: "datetime2",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "TokensPerMinute",
                table: "ApiKey",
                type: "int",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "VerbList",
                table: "ApiKey",
                type: "nvarchar(200)",
                maxLength: 200,
                nullable: false,
                defaultValue: "Generate,CountTokens,ListModels");

            migrationBuilder.AddColumn<long>(
                name: "Version",
                table: "ApiKey",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "ViaId",
                table: "ApiKey",
                type: "nvarchar(40)",
                maxLength: 40,
                nullable: false,
                defaultValue: "");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "AllowedAddresses",
                table: "ApiKey");

            migrationBuilder.DropColumn(
                name: "CreatedByUserId",
                table: "ApiKey");

            migrationBuilder.DropColumn(
                name: "EndpointList",
                table: "ApiKey");

            migrationBuilder.DropColumn(
                name: "ExpiresAt",
                table: "ApiKey");

            migrationBuilder.DropColumn(
                name: "MonthlyBudgetMicros",
                table: "ApiKey");

            migrationBuilder.DropColumn(
                name: "PreviousHash",
                table: "ApiKey");

            migrationBuilder.DropColumn(
                name: "PreviousPrefix",
                table: "ApiKey");

            migrationBuilder.DropColumn(
                name: "PreviousUntil",
                table: "ApiKey");

            migrationBuilder.DropColumn(
                name: "ProjectList",
                table: "ApiKey");

            migrationBuilder.DropColumn(
                name: "RequestsPerMinute",
                table: "ApiKey");

            migrationBuilder.DropColumn(
                name: "RotatedAt",
                table: "ApiKey");

            migrationBuilder.DropColumn(
                name: "TokensPerMinute",
                table: "ApiKey");

            migrationBuilder.DropColumn(
                name: "VerbList",
                table: "ApiKey");

            migrationBuilder.DropColumn(
                name: "Version",
                table: "ApiKey");

            migrationBuilder.DropColumn(
                name: "ViaId",
                table: "ApiKey");

            migrationBuilder.AlterColumn<string>(
                name: "ProjectId",
                table: "ApiKey",
                type: "nvarchar(40)",
                maxLength: 40,
                nullable: false,
                defaultValue: "",
                oldClrType: typeof(string),
                oldType: "nvarchar(40)",
                oldMaxLength: 40,
                oldNullable: true);

            migrationBuilder.AlterColumn<string>(
                name: "EndpointId",
                table: "ApiKey",
                type: "nvarchar(40)",
                maxLength: 40,
                nullable: false,
                defaultValue: "",
                oldClrType: typeof(string),
                oldType: "nvarchar(40)",
                oldMaxLength: 40,
                oldNullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_ApiKey_TenantId_EndpointId",
                table: "ApiKey",
                columns: new[] { "TenantId", "EndpointId" });

            migrationBuilder.AddForeignKey(
                name: "FK_ApiKey_Deployment_TenantId_DeploymentId",
                table: "ApiKey",
                columns: new[] { "TenantId", "DeploymentId" },
                principalTable: "Deployment",
                principalColumns: new[] { "TenantId", "Id" },
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_ApiKey_Endpoint_TenantId_EndpointId",
                table: "ApiKey",
                columns: new[] { "TenantId", "EndpointId" },
                principalTable: "Endpoint",
                principalColumns: new[] { "TenantId", "Id" },
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_ApiKey_Project_TenantId_ProjectId",
                table: "ApiKey",
                columns: new[] { "TenantId", "ProjectId" },
                principalTable: "Project",
                principalColumns: new[] { "TenantId", "Id" },
                onDelete: ReferentialAction.Restrict);
        }
    }
}
