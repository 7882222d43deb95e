using System.Text;
using Microsoft.AspNetCore.Components.Authorization;
using Portal.Features.Tenancy;

namespace Portal.Features.Admin;

/// <summary>A month's margin for a spreadsheet, in its smallest parts.</summary>
internal static class MarginApi
{
    public static void MapMargin(this WebApplication app) =>
        app.MapGroup("/admin/api").RequireAuthorization(TenancyFeature.PlatformAdminPolicy).MapGet("/margin.csv", ExportAsync);

    private static async Task<IResult> ExportAsync(HttpContext http, string? month, string? org, AuthenticationStateProvider people, MarginService margin, CancellationToken ct)
    {
        if (people is IHostEnvironmentAuthenticationStateProvider host)
        {
            // A page is told by the framework who is there; an address is told here.
            host.SetAuthenticationState(Task.FromResult(new AuthenticationState(http.User)));
        }

        try
        {
            var read = await margin.ReadAsync(month, org, ct);
            return Results.File([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(read.ToCsv())], "text/csv; charset=utf-8", $"margin-{read.Key}.csv");
        }
        catch (NotFoundException missing)
        {
            return Results.Problem(missing.Message, statusCode: StatusCodes.Status404NotFound);
        }
    }
}
