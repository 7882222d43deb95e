using System.Text;
using Portal.Features.Tenancy;

namespace Portal.Features.Leave;

/// <summary>The receipt of an erasure of rows, byte for byte as it was sealed.</summary>
internal static class RowsReceiptApi
{
    public static void MapRowsReceipts(this WebApplication app) => app.MapOrganization().MapGet("/row-erasures/{personErasureId}/receipt.json", DownloadAsync);

    internal static async Task<IResult> DownloadAsync(string org, string personErasureId, PersonErasureService erasures, CancellationToken ct)
    {
        var erasure = (await erasures.ReadAsync(personErasureId, 0, ct)).Erasure;
        return erasure.ReceiptJson is ""
            ? Results.Problem("There is no receipt before the erasure is done.", statusCode: StatusCodes.Status409Conflict)
            : Results.File(Encoding.UTF8.GetBytes(erasure.ReceiptJson), "application/json", $"receipt-{personErasureId}.json");
    }
}
