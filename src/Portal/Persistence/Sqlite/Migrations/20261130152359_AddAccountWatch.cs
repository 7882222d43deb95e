using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Persistence.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class AddAccountWatch : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "CreditCents",
                table: "BillingInvoice",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "DiscountCents",
                table: "BillingInvoice",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "Reason",
                table: "BillingInvoice",
                type: "TEXT",
                maxLength: 40,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<long>(
                name: "TaxCents",
                table: "BillingInvoice",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "CreditCents",
                table: "BillingAccount",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<DateTime>(
                name: "CreditExpiresAt",
                table: "BillingAccount",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Discount",
                table: "BillingAccount",
                type: "TEXT",
                maxLength: 200,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<DateTime>(
                name: "DiscountEndsAt",
                table: "BillingAccount",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "PaymentFailedAt",
                table: "BillingAccount",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "ThresholdCents",
                table: "BillingAccount",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "ThresholdToldFor",
                table: "BillingAccount",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Watch",
                table: "BillingAccount",
                type: "TEXT",
                maxLength: 40,
                nullable: false,
                defaultValue: "ByHistory");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "CreditCents",
                table: "BillingInvoice");

            migrationBuilder.DropColumn(
                name: "DiscountCents",
                table: "BillingInvoice");

            migrationBuilder.DropColumn(
                name: "Reason",
                table: "BillingInvoice");

            migrationBuilder.DropColumn(
                name: "TaxCents",
                table: "BillingInvoice");

            migrationBuilder.DropColumn(
                name: "CreditCents",
                table: "BillingAccount");

            migrationBuilder.DropColumn(
                name: "CreditExpiresAt",
                table: "BillingAccount");

            migrationBuilder.DropColumn(
                name: "Discount",
                table: "BillingAccount");

            migrationBuilder.DropColumn(
                name: "DiscountEndsAt",
                table: "BillingAccount");

            migrationBuilder.DropColumn(
                name: "PaymentFailedAt",
                table: "BillingAccount");

            migrationBuilder.DropColumn(
                name: "ThresholdCents",
                table: "BillingAccount");

            migrationBuilder.DropColumn(
                name: "ThresholdToldFor",
                table: "BillingAccount");

            migrationBuilder.DropColumn(
                name: "Watch",
                table: "BillingAccount");
        }
    }
}
