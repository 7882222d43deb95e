using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>
/// Replaces personal data by typed placeholders and leads them back. In a project the same value always has the same placeholder, so
/// a text still tells who is who; the values are kept encrypted with the portal's keys, bound to the organisation and the project.
/// </summary>
public sealed partial class Redactor(IDbContextFactory<PortalDbContext> dbs, TenantScope scope, IDataProtectionProvider protection)
{
    /// <summary>Opens the placeholders of a project for one run over its rows.</summary>
    internal async Task<Redaction> OpenAsync(string projectId, CancellationToken ct)
    {
        var protector = ProtectorOf(projectId);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var key = await db.RedactionKeys.AsNoTracking().SingleOrDefaultAsync(k => k.ProjectId == projectId, ct);
        if (key is null)
        {
            db.RedactionKeys.Add(key = new RedactionKey { ProjectId = projectId, Protected = protector.Protect(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))) });
            await db.SaveChangesAsync(ct);
        }

        var known = await db.RedactedValues.AsNoTracking().Where(v => v.ProjectId == projectId).Select(v => new { v.Lookup, v.Kind, v.Number }).ToListAsync(ct);
        return new Redaction(projectId, Convert.FromBase64String(protector.Unprotect(key.Protected)), protector, known.Select(v => (v.Lookup, v.Kind, v.Number)));
    }

    internal async Task SaveAsync(Redaction redaction, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        db.RedactedValues.AddRange(redaction.TakeNew());
        await db.SaveChangesAsync(ct);
    }

    /// <summary>Puts the values back in the place of their placeholders, for people of the organisation who may see them.</summary>
    public async Task<IReadOnlyList<string>> RestoreAsync(string projectId, IReadOnlyList<string> texts, CancellationToken ct)
    {
        var places = texts.SelectMany(t => Placeholder().Matches(t)).Select(PlaceOf).OfType<(PersonalKind Kind, int Number)>().ToHashSet();
        var (kinds, numbers) = (places.Select(p => p.Kind).ToHashSet(), places.Select(p => p.Number).ToHashSet());
        var protector = ProtectorOf(projectId);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var values = await db.RedactedValues.AsNoTracking().Where(v => v.ProjectId == projectId && kinds.Contains(v.Kind) && numbers.Contains(v.Number))
            .ToDictionaryAsync(v => (v.Kind, v.Number), v => v.Protected, ct);
        return [.. texts.Select(t => Placeholder().Replace(t, m => PlaceOf(m) is { } place && values.TryGetValue(place, out var value) ? protector.Unprotect(value) : m.Value))];
    }

    /// <summary>The value behind a placeholder, for whoever has to find a person in them.</summary>
    internal static string Reveal(IDataProtectionProvider protection, RedactedValue value) =>
        protection.CreateProtector("Portal.Data.Redaction", value.TenantId, value.ProjectId).Unprotect(value.Protected);

    public static bool HasPlaceholder(string text) => Placeholder().IsMatch(text);

    private static (PersonalKind Kind, int Number)? PlaceOf(Match placeholder)
    {
        var (text, bar) = (placeholder.Value, placeholder.Value.IndexOf('_', StringComparison.Ordinal));
        return Enum.TryParse<PersonalKind>(text.AsSpan(1, bar - 1), ignoreCase: true, out var kind) ? (kind, int.Parse(text.AsSpan()[(bar + 1)..^1], NumberStyles.None, CultureInfo.InvariantCulture)) : null;
    }

    private IDataProtector ProtectorOf(string projectId) => protection.CreateProtector("Portal.Data.Redaction", scope.TenantId, projectId);

    [GeneratedRegex(@"\[[A-Z]{4,12}_\d{1,9}\]", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();
}

/// <summary>The placeholders of a project while rows are being redacted.</summary>
internal sealed class Redaction
{
    private readonly string _projectId;
    private readonly byte[] _key;
    private readonly IDataProtector _protector;
    private readonly Dictionary<string, (PersonalKind Kind, int Number)> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<PersonalKind, int> _last = [];
    private readonly List<RedactedValue> _new = [];

    public Redaction(string projectId, byte[] key, IDataProtector protector, IEnumerable<(string Lookup, PersonalKind Kind, int Number)> known)
    {
        (_projectId, _key, _protector) = (projectId, key, protector);
        foreach (var (lookup, kind, number) in known)
        {
            _known[lookup] = (kind, number);
            _last[kind] = Math.Max(number, _last.GetValueOrDefault(kind));
        }
    }

    public IReadOnlyList<RedactedValue> TakeNew()
    {
        List<RedactedValue> taken = [.. _new];
        _new.Clear();
        return taken;
    }

    public string Redact(string text, IReadOnlySet<PersonalKind> kinds)
    {
        var pieces = PersonalData.Find(text).Where(p => kinds.Contains(p.Kind)).ToList();
        if (pieces.Count is 0)
        {
            return text;
        }

        var persons = pieces.Where(p => p.Kind is PersonalKind.Person).Select(p => text[p.Start..p.End]).ToList();
        var redacted = new StringBuilder(text.Length);
        var at = 0;
        foreach (var piece in pieces)
        {
            var value = text[piece.Start..piece.End];
            // "Mr Carter" is John Carter where the same text names him in full.
            value = piece.Kind is PersonalKind.Person && !value.Contains(' ', StringComparison.Ordinal)
                ? persons.Find(p => p.EndsWith(" " + value, StringComparison.Ordinal)) ?? value : value;
            redacted.Append(text, at, piece.Start - at).Append(PlaceholderOf(piece.Kind, value));
            at = piece.End;
        }

        return redacted.Append(text, at, text.Length - at).ToString();
    }

    public static string Name(PersonalKind kind) => kind.ToString().ToUpperInvariant();

    private string PlaceholderOf(PersonalKind kind, string value)
    {
        var plain = kind is PersonalKind.Person or PersonalKind.Email ? value.Trim().ToUpperInvariant()
            : kind is PersonalKind.Secret ? value : new string([.. value.Where(char.IsLetterOrDigit)]).ToUpperInvariant();
        var lookup = Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{kind}:{plain}")));
        if (!_known.TryGetValue(lookup, out var place))
        {
            place = (kind, _last[kind] = _last.GetValueOrDefault(kind) + 1);
            _known[lookup] = place;
            _new.Add(new RedactedValue { ProjectId = _projectId, Kind = kind, Number = place.Number, Lookup = lookup, Protected = _protector.Protect(value) });
        }

        return $"[{Name(place.Kind)}_{place.Number.ToString(CultureInfo.InvariantCulture)}]";
    }
}
