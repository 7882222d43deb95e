using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>
/// An address that an erased organisation had is not given to another: a link or a bookmark of the old one's people must never lead to
/// strangers. Whoever makes an organisation asks here first.
/// </summary>
public static class ErasedAddresses
{
    public static async Task<bool> WasErasedAsync(this PortalDbContext db, string slug, CancellationToken ct)
    {
        var hash = EraseService.SlugHashOf(slug);
        return await db.OrganizationErasures.AnyAsync(e => e.SlugHash == hash && (e.State == ErasureState.Erasing || e.State == ErasureState.Erased), ct);
    }
}
