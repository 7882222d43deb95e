using System.Text;
using Portal.Features.Tenancy;

namespace Portal.Features.Leave;

/// <summary>The receipt as a file, byte for byte as it was sealed. Its reader belongs to no organisation any more.</summary>
internal static class ReceiptApi
{
    public static void MapReceipts(this WebApplication app) => app.MapGet("/receipts/{erasureId}/receipt.json", DownloadAsync).RequireAuthorization();

    internal static async Task<IResult> DownloadAsync(string erasureId, HttpContext http, EraseService erasures, CancellationToken ct)
    {
        try
        {
            var view = await erasures.ReceiptAsync(http.User.PortalUserId() ?? "", http.User.HasClaim(PortalClaims.PlatformAdmin, "true"), erasureId, ct);
            return view.Erasure.ReceiptJson is ""
                ? Results.Problem("The erasure is still under way. The receipt is made when it is done.", statusCode: StatusCodes.Status409Conflict)
                : Results.File(Encoding.UTF8.GetBytes(view.Erasure.ReceiptJson), "application/json", $"receipt-{erasureId}.json");
        }
        catch (NotFoundException)
        {
            return Results.Problem("This address does not exist, or you have no access to it.", statusCode: StatusCodes.Status404NotFound);
        }
    }
}
