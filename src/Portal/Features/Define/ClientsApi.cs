using System.Globalization;
using System.Security.Claims;
using System.Text;
using Portal.Features.Tenancy;

namespace Portal.Features.Define;

/// <summary>The client board as a file: the same look, which stands in both audit logs, and nothing that the board does not show.</summary>
internal static class ClientsApi
{
    public static void MapClients(this WebApplication app) => app.MapOrganization().MapGet("/clients.csv", ExportAsync);

    public static string CsvOf(IEnumerable<ClientRow> clients, DateTime now)
    {
        var csv = new StringBuilder(SafeCsv.Line("month", "client", "address", "projects", "next_step", "waits_for", "idle_days", "costs_granted", "amount", "currency", "access_until"));
        foreach (var row in clients)
        {
            csv.Append(SafeCsv.Line(now.ToString("yyyy-MM", CultureInfo.InvariantCulture), row.Name, row.Slug, row.Projects.ToString(CultureInfo.InvariantCulture), row.Next?.Step.Name ?? "",
                row.Problem is not "" ? row.Problem : row.Next?.Status.Fact ?? "", row.IdleDays?.ToString(CultureInfo.InvariantCulture) ?? "", row.SpentMicros is null ? "no" : "yes",
                row.SpentMicros is { } spent ? (spent / 1_000_000m).ToString("0.######", CultureInfo.InvariantCulture) : "", row.SpentMicros is null ? "" : "USD",
                row.Until?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? ""));
        }

        return csv.ToString();
    }

    private static async Task<IResult> ExportAsync(
        string org, string? sort, ClaimsPrincipal person, CurrentMember current, EngagementService engagements, ClientBoard board, TimeProvider time, CancellationToken ct)
    {
        if (current.Membership.Kind is not TenantKind.Consultancy)
        {
            throw new PortalException("This organization is no consultancy, so it has no clients to list.");
        }

        var now = time.GetUtcNow().UtcDateTime;
        var clients = ClientBoard.Sorted(await board.ReadAsync(person, await engagements.ListAsync(ct), ct), sort);
        return Results.File([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(CsvOf(clients, now))], "text/csv; charset=utf-8", string.Create(CultureInfo.InvariantCulture, $"clients-{org}-{now:yyyy-MM-dd}.csv"));
    }
}
