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

    /// <summary>Random bytes that one id takes.</summary>
    internal const int Bytes = 17;

    public static string Create(string prefix, DateTime now)
    {
        Span<byte> random = stackalloc byte[Bytes];
        RandomNumberGenerator.Fill(random);
        return Create(prefix, now, random);
    }

    /// <param name="prefix">What it is.</param>
    /// <param name="now">When it came to be.</param>
    /// <param name="random">Of nobody else's id.</param>
    internal static string Create(string prefix, DateTime now, ReadOnlySpan<byte> random)
    {
        var milliseconds = (now - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMillisecond;
        return string.Create(prefix.Length + 27, new Parts(prefix, milliseconds, random), static (text, parts) =>
        {
            var (name, time) = (parts.Prefix, parts.Milliseconds);
            name.CopyTo(text);
            text[name.Length] = '_';
            var id = text[(name.Length + 1)..];
            for (var i = 8; i >= 0; i--, time >>= 5)
            {
                id[i] = Alphabet[(int)(time & 31)];
            }

            for (var i = 0; i < Bytes; i++)
            {
                id[9 + i] = Alphabet[parts.Random[i] & 31];
            }
        });
    }

    private readonly ref struct Parts(string prefix, long milliseconds, ReadOnlySpan<byte> random)
    {
        public readonly string Prefix = prefix;

        public readonly long Milliseconds = milliseconds;

        public readonly ReadOnlySpan<byte> Random = random;
    }
}

internal sealed class PublicIdGenerator(string prefix) : ValueGenerator<string>
{
    public override bool GeneratesTemporaryValues => false;

    public override string Next(EntityEntry entry) => PublicId.Create(prefix, ((PortalDbContext)entry.Context).Now);

    public string Create(DateTime now, ReadOnlySpan<byte> random) => PublicId.Create(prefix, now, random);
}

internal sealed class TenantIdGenerator : ValueGenerator<string>
{
    public override bool GeneratesTemporaryValues => false;

    // TenantId is part of every reference inside a tenant, and EF takes what an unstable generator says there for temporary.
    public override bool GeneratesStableValues => true;

    public override string Next(EntityEntry entry) => ((PortalDbContext)entry.Context).TenantId;
}
