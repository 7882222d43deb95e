using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Leave;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Tests.Features.Leave;

/// <summary>An owner of an empty organisation who takes an archive in.</summary>
internal sealed class ImportKit(LeaveRig rig, string tenantId = "", string userId = "")
{
    public LeaveRig Rig => rig;

    public string TenantId { get; private set; } = tenantId;

    public string UserId { get; private set; } = userId;

    public async Task FoundAsync()
    {
        TenantId = await rig.AddOrganizationAsync($"new-{Guid.NewGuid():N}"[..20]);
        UserId = await rig.ReadAsync(TenantId, db => db.Members.Where(m => m.TenantId == TenantId).Select(m => m.UserId).SingleAsync());
    }

    public AsyncServiceScope AsOwner() => rig.As(TenantId, userId: UserId);

    /// <summary>Uploads in parts and lets a worker read it through.</summary>
    public async Task<OrganizationImport> UploadAsync(byte[] archive)
    {
        await using var owner = AsOwner();
        var imports = owner.ServiceProvider.GetRequiredService<ImportService>();
        var open = await imports.BeginAsync("archive.zip", archive.Length, LeaveRig.Ct);
        for (var part = 0; part * open.PartBytes < archive.Length; part++)
        {
            var from = part * open.PartBytes;
            await imports.PutPartAsync(open.UploadId, part, new MemoryStream(archive, from, Math.Min(open.PartBytes, archive.Length - from)), null, LeaveRig.Ct);
        }

        await imports.FinishAsync(open.UploadId, LeaveRig.Ct);
        await WorkAsync(open.UploadId);
        return await ReadAsync(open.UploadId);
    }

    public async Task<OrganizationImport> ConfirmAsync(string importId)
    {
        await using (var owner = AsOwner())
        {
            await owner.ServiceProvider.GetRequiredService<ImportService>().ConfirmAsync(importId, await rig.SignInAsync(UserId), LeaveRig.Ct);
        }

        await WorkAsync(importId);
        return await ReadAsync(importId);
    }

    public Task WorkAsync(string importId) => rig.WorkAsync<ArchiveImportWorker>(w => w.RunAsync(TenantId, importId, LeaveRig.Ct));

    public Task<OrganizationImport> ReadAsync(string importId) => rig.ReadAsync(TenantId, db => db.OrganizationImports.AsNoTracking().SingleAsync(i => i.Id == importId));

    public async Task<byte[]> ExportAsync()
    {
        var export = await rig.ExportAsync(TenantId);
        return (await rig.DownloadAsync(TenantId, export.Id)).ToArray();
    }

    /// <summary>What there is of work in the organisation.</summary>
    public Task<IReadOnlyList<string>> LeftAsync() => rig.ReadAsync(TenantId, db => EmptyOrganization.ObstaclesAsync(db, LeaveRig.Ct));

    public string[] Blobs() => Directory.Exists(rig.BlobsOf(TenantId)) ? Directory.GetFiles(rig.BlobsOf(TenantId), "*", SearchOption.AllDirectories) : [];
}
