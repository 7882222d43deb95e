using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>Clears uploads that broke off and were never taken up again.</summary>
public sealed class UploadWorker(UploadService uploads, TenantScope scope)
{
    public Task ClearAsync(string tenantId, string uploadId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        return uploads.ClearAsync(uploadId, ct);
    }
}
