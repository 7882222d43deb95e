using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Portal.Components;
using Portal.Features.Tenancy;

namespace Portal.Features.Leave;

public sealed partial class ReceiptPage : PortalPage
{
    private ReceiptView? _view;

    [Parameter]
    public string ErasureId { get; set; } = "";

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!; // cascaded by the shell

    [Inject]
    private EraseService Erasures { get; set; } = default!; // filled by the renderer

    protected override async Task LoadAsync(CancellationToken ct)
    {
        var user = (await Authentication).User;
        _view = await Erasures.ReceiptAsync(user.PortalUserId() ?? "", user.HasClaim(PortalClaims.PlatformAdmin, "true"), ErasureId, ct);
    }

    private static IReadOnlyList<(string Name, string Value)> Facts(OrganizationErasure erasure, ErasureReceipt receipt) =>
    [
        ("Asked for", Time(receipt.AskedAt)), ("Begun", Time(receipt.BegunAt)), ("Done", Time(receipt.EndedAt)), ("Rows", Show.Count(receipt.Rows.Values.Sum())),
        ("Files", $"{Show.Count(receipt.Files)} · {Show.Bytes(receipt.FileBytes)}"), ("Receipt's SHA-256", erasure.ReceiptHash[..16] + "…"),
    ];

    private static string Time(DateTime at) => at.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC";

    private static StepState MarkOf(VendorOutcome outcome) => outcome switch
    {
        VendorOutcome.Failed => StepState.Blocked,
        VendorOutcome.Kept => StepState.Waiting,
        _ => StepState.Done,
    };

    private static string Words(VendorTrace trace) => trace.Outcome switch
    {
        VendorOutcome.Removed => $"Removed the {trace.Kind}",
        VendorOutcome.Gone => $"The {trace.Kind} was gone already",
        VendorOutcome.Kept => $"The record of the {trace.Kind} stays at Google",
        _ => $"The {trace.Kind} could not be removed. {trace.Detail}. Delete it in the Google project.",
    };

    private static string Words(ErasureStage stage) => stage switch
    {
        ErasureStage.Close => "Access closed: pages, keys, invitations",
        ErasureStage.Work => "Work under way ended",
        ErasureStage.Vendor => "Tunings, endpoints, models and files at Google removed",
        ErasureStage.Files => "Uploads, archives and mails removed",
        ErasureStage.Rows => "Every row removed from the database",
        _ => "Looked through once more",
    };
}
