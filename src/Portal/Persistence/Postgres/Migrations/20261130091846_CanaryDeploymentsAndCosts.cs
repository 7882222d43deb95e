using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class CanaryDeploymentsAndCosts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "ByUserId",
                table: "UsageEvent",
                type: "character varying(40)",
                maxLength: 40,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "ByUserId",
                table: "ImportedUsage",
                type: "character varying(40)",
                maxLength: 40,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<DateTime>(
                name: "CanaryCheckedAt",
                table: "Endpoint",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "CanaryDeploymentId",
                table: "Endpoint",
                type: "character varying(40)",
                maxLength: 40,
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "CanaryPercent",
                table: "Endpoint",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTime>(
                name: "CanaryStepAt",
                table: "Endpoint",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "EndReason",
                table: "Deployment",
                type: "character varying(1000)",
                maxLength: 1000,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<int>(
                name: "FirstPercent",
                table: "Deployment",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTime>(
                name: "ReturnedAt",
                table: "Deployment",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_Endpoint_TenantId_CanaryDeploymentId",
                table: "Endpoint",
                columns: new[] { "TenantId", "CanaryDeploymentId" });

            migrationBuilder.AddForeignKey(
                name: "FK_Endpoint_Deployment_TenantId_CanaryDeploymentId",
                table: "Endpoint",
                columns: new[] { "TenantId", "CanaryDeploymentId" },
                principalTable: "Deployment",
                principalColumns: new[] { "TenantId", "Id" },
                onDelete: ReferentialAction.Restrict);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "FK_Endpoint_Deployment_TenantId_CanaryDeploymentId",
                table: "Endpoint");

            migrationBuilder.DropIndex(
                name: "IX_Endpoint_TenantId_CanaryDeploymentId",
                table: "Endpoint");

            migrationBuilder.DropColumn(
                name: "ByUserId",
                table: "UsageEvent");

            migrationBuilder.DropColumn(
                name: "ByUserId",
                table: "ImportedUsage");

            migrationBuilder.DropColumn(
                name: "CanaryCheckedAt",
                table: "Endpoint");

            migrationBuilder.DropColumn(
                name: "CanaryDeploymentId",
                table: "Endpoint");

            migrationBuilder.DropColumn(
                name: "CanaryPercent",
                table: "Endpoint");

            migrationBuilder.DropColumn(
                name: "CanaryStepAt",
                table: "Endpoint");

            migrationBuilder.DropColumn(
                name: "EndReason",
                table: "Deployment");

            migrationBuilder.DropColumn(
                name: "FirstPercent",
                table: "Deployment");

            migrationBuilder.DropColumn(
                name: "ReturnedAt",
                table: "Deployment");
        }
    }
}
