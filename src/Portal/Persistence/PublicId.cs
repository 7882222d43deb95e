using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.ValueGeneration;

namespace Portal.Persistence;

/// <summary>
/// Ids as people meet them: a prefix that says what it is, then 26 characters of Crockford's base 32.
/// 48 bits of time keep index pages warm, 82 random bits cannot be guessed.
/// </summary>
public static class PublicId
{
    public const int MaxLength = 40;

    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    public static string Create(string prefix, DateTime now)
    {
        var milliseconds = (now - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMillisecond;

        return string.Create(prefix.Length + 27, (prefix, milliseconds), static (text, state) =>
        {
            Span<byte> bytes = stackalloc byte[17];
            RandomNumberGenerator.Fill(bytes);
            var (name, time) = state;
            name.CopyTo(text);
            text[name.Length] = '_';
            var id = text[(name.Length + 1)..];
            for (var i = 8; i >= 0; i--, time >>= 5)
            {
                id[i] = Alphabet[(int)(time & 31)];
            }

            for (var i = 0; i < 17; i++)
            {
                id[9 + i] = Alphabet[bytes[i] & 31];
            }
        });
    }
}

internal sealed class PublicIdGenerator(string prefix) : ValueGenerator<string>
{
    public override bool GeneratesTemporaryValues => false;

    public override string Next(EntityEntry entry) => Create(((PortalDbContext)entry.Context).Now);

    public string Create(DateTime now) => PublicId.Create(prefix, now);
}

internal sealed class TenantIdGenerator : ValueGenerator<string>
{
    public override bool GeneratesTemporaryValues => false;

    // TenantId is part of every reference inside a tenant, and EF takes what an unstable generator says there for temporary.
    public override bool GeneratesStableValues => true;

    public override string Next(EntityEntry entry) => ((PortalDbContext)entry.Context).TenantId;
}
