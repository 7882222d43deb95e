using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Deploy;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Persistence;
using FieldChange = Portal.Features.Model.FieldChange;

namespace Portal.Features.Admin;

/// <summary>A model with its history, newest change first, and until when each meter's price is fixed by usage that was recorded at it.</summary>
public sealed record EditedModel(CatalogueEntry Entry, long Version, IReadOnlyList<CatalogueStep> History, IReadOnlyDictionary<Meter, DateTime> UsedUntil);

/// <summary>One change as it is shown.</summary>
public sealed record CatalogueStep(long Number, DateTime At, string ByName, string Note, long? BroughtBack, IReadOnlyList<FieldChange> Fields);

/// <summary>Somebody else changed the model since it was opened. Nothing was saved.</summary>
public sealed class CatalogueConflictException(string who) : PortalException(
    $"{who} changed this model while you were editing it, so nothing was saved. What you typed is still here: look at their change, then save yours on top of it or take theirs.");

/// <summary>Changes of the catalogue by admins: checked, kept with who and when, and never about the past.</summary>
public sealed class CatalogueEditor(PlatformWork platform, TimeProvider time)
{
    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public Task<IReadOnlyList<CatalogueModel>> ListAsync(CancellationToken ct) => platform.ReadAsync<IReadOnlyList<CatalogueModel>>(
        async (_, db) => [.. (await db.CatalogueModels.AsNoTracking().ToListAsync(ct)).OrderBy(m => m.State is ModelState.Retired).ThenBy(m => m.Tier).ThenByDescending(m => m.Id, StringComparer.Ordinal)],
        ct);

    public Task<EditedModel> GetAsync(string modelId, CancellationToken ct) => platform.ReadAsync(
        async (_, db) =>
        {
            var model = await db.CatalogueModels.AsNoTracking().SingleOrDefaultAsync(m => m.Id == modelId, ct) ?? throw new NotFoundException("model");
            var history = await db.CatalogueChanges.AsNoTracking().Where(c => c.ModelId == modelId).OrderByDescending(c => c.Number).Take(200).ToListAsync(ct);
            return new EditedModel(CatalogueEntry.Of(model), model.Version, [.. history.Select(StepOf)], await UsedUntilAsync(db, modelId, ct));
        },
        ct);

    public async Task AddAsync(CatalogueEntry entry, string note, CancellationToken ct) =>
        await platform.ActAsync(
            PlatformLog.Id,
            async services =>
            {
                await using var db = await services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(ct);
                var others = await db.CatalogueModels.AsNoTracking().ToListAsync(ct);
                if (others.Any(m => m.Id == entry.Id))
                {
                    throw new PortalException($"The catalogue has {entry.Id} already. Open it and change it there.");
                }

                Require(entry, others);
                db.CatalogueModels.Add(entry.ToModel());
                Keep(db, "catalogue.added", null, entry, number: 0, note, broughtBack: null);
                try
                {
                    await db.SaveChangesAsync(ct);
                }
                catch (DbUpdateException)
                {
                    throw new PortalException($"Another admin has just added {entry.Id}. Open it and change it there.");
                }
            },
            ct);

    /// <param name="entry">How the model shall stand.</param>
    /// <param name="version">The version it was opened at.</param>
    /// <param name="note">Why, for the history.</param>
    /// <param name="ct">Cancels.</param>
    public async Task SaveAsync(CatalogueEntry entry, long version, string note, CancellationToken ct) =>
        await SaveAsync(entry.Id, version, "catalogue.changed", note, null, (_, _) => entry, await UsedUntilAsync(entry.Id, ct), ct);

    /// <summary>Brings an earlier state back as a new change. Prices of the past stay; the earlier ones hold from now on.</summary>
    public async Task BringBackAsync(string modelId, long number, long version, CancellationToken ct)
    {
        var usedUntil = await UsedUntilAsync(modelId, ct);
        await SaveAsync(modelId, version, "catalogue.brought-back", $"Back to how it stood after change {number}", number, (now, then) => Back(now, then, usedUntil), usedUntil, ct);
    }

    private async Task SaveAsync(
        string modelId, long version, string action, string note, long? broughtBack, Func<CatalogueEntry, CatalogueEntry, CatalogueEntry> become,
        IReadOnlyDictionary<Meter, DateTime> usedUntil, CancellationToken ct) =>
        await platform.ActAsync(
            PlatformLog.Id,
            async services =>
            {
                await using var db = await services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(ct);
                var model = await db.CatalogueModels.SingleOrDefaultAsync(m => m.Id == modelId, ct) ?? throw new NotFoundException("model");
                if (model.Version != version)
                {
                    throw await ConflictAsync(db, modelId, ct);
                }

                var before = CatalogueEntry.Of(model);
                var then = broughtBack is { } number ? await StateAsync(db, modelId, number, before, ct) : before;
                var after = become(before, then);
                if (CatalogueDiff.Between(before, after).Count is 0)
                {
                    throw new PortalException("Nothing is different from what the catalogue says already, so nothing was saved.");
                }

                Require(after, await db.CatalogueModels.AsNoTracking().Where(m => m.Id != modelId).ToListAsync(ct));
                RequirePast(before, after, usedUntil);
                db.Entry(model).CurrentValues.SetValues(after.ToModel());
                db.Entry(model).Property(m => m.Version).CurrentValue = version;
                Keep(db, action, before, after, await LastAsync(db, modelId, ct) + 1, note, broughtBack);
                try
                {
                    await db.SaveChangesAsync(ct);
                }
                catch (DbUpdateException)
                {
                    await using var again = await services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(ct);
                    throw await ConflictAsync(again, modelId, ct);
                }
            },
            ct);

    private void Require(CatalogueEntry entry, IReadOnlyCollection<CatalogueModel> others)
    {
        if (CatalogueRules.Faults(entry, others, Now) is { Count: > 0 } faults)
        {
            throw new PortalException(string.Join(' ', faults));
        }
    }

    /// <summary>What was used was billed at the price of its moment: that price stands, and another begins after it.</summary>
    private static void RequirePast(CatalogueEntry before, CatalogueEntry after, IReadOnlyDictionary<Meter, DateTime> usedUntil)
    {
        foreach (var (meter, until) in usedUntil)
        {
            IEnumerable<(DateTime From, long PerMillion)> Past(CatalogueEntry entry) =>
                entry.Prices.Where(p => p.Meter == meter && p.From <= until).OrderBy(p => p.From).Select(p => (p.From, p.PerMillion));
            if (!Past(before).SequenceEqual(Past(after)))
            {
                throw new PortalException(
                    $"{UsageWords.Of(meter)} of this model were used until {CatalogueDiff.Date(until)} UTC, at the prices of that time. Those stand; a new price begins after it, for one \"now\".");
            }
        }
    }

    private CatalogueEntry Back(CatalogueEntry now, CatalogueEntry then, IReadOnlyDictionary<Meter, DateTime> usedUntil)
    {
        var at = Now;
        var prices = new List<CataloguePrice>();
        foreach (var meter in Meters.OfModels)
        {
            if (!usedUntil.ContainsKey(meter))
            {
                prices.AddRange(then.Prices.Where(p => p.Meter == meter));
                continue;
            }

            prices.AddRange(now.Prices.Where(p => p.Meter == meter && p.From <= at));
            if (CataloguePrice.At(then.Prices, meter, at) is { } earlier && earlier.PerMillion != CataloguePrice.At(now.Prices, meter, at)?.PerMillion)
            {
                prices.Add(earlier with { From = at });
            }

            prices.AddRange(then.Prices.Where(p => p.Meter == meter && p.From > at));
        }

        return then with { Prices = prices };
    }

    private static void Keep(PortalDbContext db, string action, CatalogueEntry? before, CatalogueEntry after, long number, string note, long? broughtBack)
    {
        note = note.Trim();
        db.CatalogueChanges.Add(new CatalogueChange
        {
            ModelId = after.Id, Number = number, At = db.Now, ByUserId = db.Actor.UserId, ByName = db.Actor.Name, Note = note.Length <= CatalogueChange.NoteLength ? note : note[..CatalogueChange.NoteLength],
            BroughtBack = broughtBack, BeforeJson = before?.ToStored() ?? "", AfterJson = after.ToStored(),
        });
        var fields = CatalogueDiff.Between(before, after).Select(f => $"{f.Field}: {(f.Before is "" ? "none" : f.Before)} → {(f.After is "" ? "none" : f.After)}");
        db.Audit(action, new AuditTarget("model", after.Id, after.DisplayName), string.Join("; ", note is "" ? fields : fields.Prepend(note)));
    }

    private static async Task<CatalogueEntry> StateAsync(PortalDbContext db, string modelId, long number, CatalogueEntry now, CancellationToken ct)
    {
        var changes = await db.CatalogueChanges.AsNoTracking().Where(c => c.ModelId == modelId && (c.Number == number || c.Number == number + 1)).ToListAsync(ct);
        return changes.Find(c => c.Number == number) is { } made ? CatalogueEntry.Parse(made.AfterJson)
            : changes.Find(c => c.Number == number + 1) is { BeforeJson.Length: > 0 } next ? CatalogueEntry.Parse(next.BeforeJson)
            : throw new PortalException($"{now.DisplayName} has no state {number} to bring back. Load the page again.");
    }

    private static async Task<long> LastAsync(PortalDbContext db, string modelId, CancellationToken ct) =>
        await db.CatalogueChanges.Where(c => c.ModelId == modelId).MaxAsync(c => (long?)c.Number, ct) ?? 0;

    private static async Task<CatalogueConflictException> ConflictAsync(PortalDbContext db, string modelId, CancellationToken ct) =>
        new(await db.CatalogueChanges.Where(c => c.ModelId == modelId).OrderByDescending(c => c.Number).Select(c => c.ByName).FirstOrDefaultAsync(ct) ?? "Somebody else");

    private Task<IReadOnlyDictionary<Meter, DateTime>> UsedUntilAsync(string modelId, CancellationToken ct) => platform.ReadAsync((_, db) => UsedUntilAsync(db, modelId, ct), ct);

    /// <summary>The ledger knows subjects and no models; what it names, a run, a tuning, a deployment or a writing of rows, knows its model.</summary>
    private static async Task<IReadOnlyDictionary<Meter, DateTime>> UsedUntilAsync(PortalDbContext db, string modelId, CancellationToken ct)
    {
        var (runs, candidates, jobs, deployments, augmentations) = (db.CandidateRuns, db.Candidates, db.TuningJobs, db.Deployments, db.Augmentations);
        return await db.UsageEvents
            .Where(u => runs.Any(r => r.TenantId == u.TenantId && r.Id == u.SubjectId && candidates.Any(c => c.TenantId == r.TenantId && c.Id == r.CandidateId && c.BaseModelId == modelId))
                || jobs.Any(j => j.TenantId == u.TenantId && j.Id == u.SubjectId && j.BaseModelId == modelId)
                || deployments.Any(d => d.TenantId == u.TenantId && d.Id == u.SubjectId && d.BaseModelId == modelId)
                || augmentations.Any(a => a.TenantId == u.TenantId && a.Id == u.SubjectId
                    && (a.WriterId == modelId || candidates.Any(c => c.TenantId == a.TenantId && c.Id == a.WriterId && c.BaseModelId == modelId))))
            .GroupBy(u => u.Meter).Select(g => new { g.Key, Until = g.Max(u => u.At) }).ToDictionaryAsync(g => g.Key, g => g.Until, ct);
    }

    private static CatalogueStep StepOf(CatalogueChange change) => new(
        change.Number, change.At, change.ByName, change.Note, change.BroughtBack,
        CatalogueDiff.Between(change.BeforeJson is "" ? null : CatalogueEntry.Parse(change.BeforeJson), CatalogueEntry.Parse(change.AfterJson)));
}
