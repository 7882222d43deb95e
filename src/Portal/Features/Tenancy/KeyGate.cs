using System.Net;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>The way into an organization for programs: a key, and nothing else. One instance a request.</summary>
public sealed class KeyGate(KeyDirectory directory, KeyCache cache, CurrentMember current, TenantScope scope, IDbContextFactory<PortalDbContext> dbs, TimeProvider time)
{
    private string _secret = "";
    private IPAddress? _address;

    /// <summary>Enters the scope of the organization whose key it is; what is done from then on is the key's act.</summary>
    /// <exception cref="KeyRefusedException">It opens nothing, from here, or now.</exception>
    public async Task<KeyHolder> EnterAsync(string? secret, IPAddress? address, CancellationToken ct)
    {
        (_secret, _address) = (secret ?? "", address);
        var holder = await FindAsync(ct);
        scope.Enter(holder.TenantId);
        scope.ActAs(() => ActorOf(holder));
        if (cache.IsUseDue(holder.KeyId))
        {
            await NoteUseAsync(holder.KeyId, ct);
        }

        return holder;
    }

    /// <summary>Lets the services ask the key for its rights as they ask a member, and asks anew before every context as it does of members.</summary>
    public void ActAsMember(KeyHolder holder)
    {
        current.EnterByKey(holder, Shown(_address));
        scope.RecheckBy(RecheckAsync);
    }

    private async ValueTask<KeyHolder> FindAsync(CancellationToken ct)
    {
        if (!KeySecret.IsWellFormed(_secret))
        {
            throw KeySecret.IsMistyped(_secret) ? KeyRefusedException.Mistyped() : KeyRefusedException.Unknown();
        }

        var holder = await directory.FindAsync(_secret, ct) ?? throw KeyRefusedException.Unknown();
        var now = time.GetUtcNow().UtcDateTime;
        return holder switch
        {
            { SecretUntil: { } until } when until <= now => throw KeyRefusedException.Unknown(),
            { ExpiresAt: { } end } when end <= now => throw KeyRefusedException.Expired(),
            _ when !KeyNetworks.Admit(holder.Networks, _address) => throw KeyRefusedException.Address(Shown(_address)),
            { IsSuspended: true } => throw KeyRefusedException.Suspended(),
            _ => holder,
        };
    }

    private async ValueTask RecheckAsync(CancellationToken ct) => current.EnterByKey(await FindAsync(ct), Shown(_address));

    private Actor ActorOf(KeyHolder holder) => new(holder.KeyId, $"API key {holder.Name} ({holder.Prefix}…)", "", holder.Organization.Access.ViaId, Shown(_address));

    private static string Shown(IPAddress? address) => address is null ? "" : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();

    private async Task NoteUseAsync(string keyId, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var before = now - TimeSpan.FromMinutes(1);
        await using var db = await dbs.CreateDbContextAsync(ct);
        await db.ApiKeys.Where(k => k.Id == keyId && (k.LastUsedAt == null || k.LastUsedAt <= before)).ExecuteUpdateAsync(set => set.SetProperty(k => k.LastUsedAt, now), ct);
    }
}
