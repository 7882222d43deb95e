using Microsoft.EntityFrameworkCore;

namespace Portal.Persistence;

/// <summary>How work that several may take up is saved.</summary>
public static class Saving
{
    /// <summary>False where somebody else saved first: then it is theirs, and nothing of this was saved.</summary>
    public static async Task<bool> TrySaveAsync(this PortalDbContext db, CancellationToken ct)
    {
        try
        {
            await db.SaveChangesAsync(ct);
            return true;
        }
        catch (DbUpdateConcurrencyException)
        {
            return false;
        }
    }
}
