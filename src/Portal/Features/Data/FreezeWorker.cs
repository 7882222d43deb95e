using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>
/// Splits and copies the rows of a version in two passes: the first keeps keys and word pairs only, the second copies in
/// batches. Like the import it holds a lease, and whoever takes it up begins again; the split comes out the same.
/// </summary>
public sealed class FreezeWorker(
    IDbContextFactory<PortalDbContext> dbs, TenantScope scope, ProjectService projects, Redactor redactor, StandingRight right,
    IOptions<DataOptions> options, TimeProvider time, ILogger<FreezeWorker> logger)
{
    private const int MaximumAttempts = 5;

    private DataOptions Options => options.Value;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task RunAsync(string tenantId, string versionId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        if (await ClaimAsync(versionId, ct) is not { } lease)
        {
            return;
        }

        try
        {
            await FreezeAsync(versionId, lease, ct);
        }
        catch (PortalException expected)
        {
            await FailAsync(versionId, lease, expected, ct);
        }
        catch (LeaseLostException)
        {
            logger.LogInformation("Version {VersionId} was taken up by another worker", versionId);
        }
        catch (Exception fault)
        {
            await ReleaseAsync(versionId, lease);
            logger.LogWarning(fault, "Freezing {VersionId} stopped and will begin again", versionId);
            throw;
        }
    }

    private async Task FreezeAsync(string versionId, string lease, CancellationToken ct)
    {
        DatasetVersion version;
        await using (var db = await dbs.CreateDbContextAsync(ct))
        {
            version = await db.DatasetVersions.AsNoTracking().SingleAsync(v => v.Id == versionId, ct);
        }

        await right.RequireAsync(version.FrozenByUserId, Permission.ChangeData, version.ProjectId, ct);
        if (version.Attempts > MaximumAttempts)
        {
            throw new PortalException($"Freezing was begun {MaximumAttempts} times and never ended. Try again.");
        }

        var isClassify = (await projects.GetAsync(version.ProjectId, ct)).Task.Kind is TaskKind.Classify;
        await DeleteRowsAsync(versionId, lease, ct);
        Dictionary<string, string> labels = new(StringComparer.Ordinal);
        var plan = await PlanAsync(version, isClassify, labels, lease, ct);
        var totals = await CopyAsync(version, plan, isClassify ? labels.Count : 0, lease, ct);
        if (isClassify)
        {
            await projects.TakeLabelsFromDataAsync(version.ProjectId, labels.Keys, ct);
        }

        await using (var db = await dbs.CreateDbContextAsync(ct))
        {
            var frozen = await db.DatasetVersions.SingleAsync(v => v.Id == versionId, ct);
            LeaseLostException.ThrowUnless(frozen.LeaseToken == lease);
            frozen.Freeze(totals, Now);
            db.Audit("version.frozen", frozen.AsTarget(), $"Split {SplitMethods.Words(frozen.SplitMethod)}: {totals.Train:N0} / {totals.Validation:N0} / {totals.Test:N0}, sealed rows {totals.TestDigest}");
            await db.SaveChangesAsync(ct);
        }

        logger.LogInformation("Version {VersionId} frozen: {Train}/{Validation}/{Test}", versionId, totals.Train, totals.Validation, totals.Test);
    }

    /// <summary>A copy has the splits of what it is copied from; there is nothing to draw.</summary>
    private async Task<SplitPlan> PlanAsync(DatasetVersion version, bool isClassify, Dictionary<string, string> labels, string lease, CancellationToken ct)
    {
        var rows = new SplitRows(hasLearnt: version.SplitMethod is SplitMethod.Spread && version.Number > 1);
        var seeds = await SyntheticOrigin.SeedsAsync(dbs, version.ImportId, ct);
        List<Split> copied = [];
        await foreach (var page in PagesAhead.Of(PagesAsync(version, ct), ct))
        {
            foreach (var (number, input, output, more) in page)
            {
                var stratum = "";
                if (isClassify && !labels.TryGetValue(output.Trim(), out stratum))
                {
                    labels[stratum = output.Trim()] = stratum;
                }

                if (version.CopiedFromId is null)
                {
                    rows.Add(new SplitRow(input, output, stratum ?? "", more.Group, more.Date, more.Given, more.Content) { Number = number, SeedsIfSynthetic = more.IsSynthetic ? seeds.GetValueOrDefault(number, []) : null });
                }
                else
                {
                    copied.Add(more.Given ?? Split.Train);
                }
            }

            await RenewAsync(version.Id, lease, 0, ct);
        }

        if (version.CopiedFromId is not null)
        {
            return new SplitPlan([.. copied]);
        }

        // Not copied; rows like them must not be trained on.
        await SealedInputs.AddBeforeAsync(rows, dbs, version, ct);
        var plan = Splitter.Assign(rows, version.ProjectId, version.SplitMethod);
        if (plan.CountOf(Split.Train) is 0)
        {
            throw new PortalException("Nothing is left to train on: every row is sealed in an earlier version, or given to another split. Add examples that are not, then freeze again.");
        }

        if (plan.CountOf(Split.Test) is 0 || plan.CountOf(Split.Validation) is 0)
        {
            throw new PortalException("Nearly all rows are near-copies of each other, so no rows can be kept aside that the model has not seen in other words. Add examples that differ, then freeze again.");
        }

        return plan;
    }

    private async Task<VersionTotals> CopyAsync(DatasetVersion version, SplitPlan plan, int labels, string lease, CancellationToken ct)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var media = new FrozenMedia();
        using var test = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (done, origins) = (0, default(RowOrigins));
        await foreach (var page in PagesAhead.Of(PagesAsync(version, ct), ct))
        {
            List<FrozenExample> batch = new(page.Count);
            foreach (var (number, input, output, more) in page)
            {
                var split = plan.Splits[done++];
                if (plan.LeftOut.Contains(done - 1))
                {
                    continue;
                }

                var hash = FrozenExample.HashOf(input, output, more.System, more.Content);
                media.Add(split, more.Content);
                all.AppendData(hash);
                all.AppendData([(byte)split]);
                if (split is Split.Test)
                {
                    test.AppendData(hash);
                }

                batch.Add(new FrozenExample
                {
                    VersionId = version.Id,
                    Split = split,
                    Number = number,
                    Input = input,
                    Output = output,
                    System = more.System,
                    Content = more.Content,
                    Slice = more.Slice,
                    SourceId = more.SourceId,
                    IsSynthetic = more.IsSynthetic,
                    IsFromTraffic = more.IsFromTraffic,
                });
            }

            origins = origins.Plus(RowOrigins.Of(batch));
            await SaveAsync(version.Id, lease, batch, done, ct);
        }

        await media.SaveAsync(dbs, version, ct);
        return done == plan.Splits.Length
            ? new VersionTotals(plan.CountOf(Split.Train), plan.CountOf(Split.Validation), plan.CountOf(Split.Test), labels, plan,
                Convert.ToHexStringLower(all.GetHashAndReset()), Convert.ToHexStringLower(test.GetHashAndReset()), origins)
            : throw new InvalidOperationException($"Version {version.Id}: {plan.Splits.Length} rows were planned and {done} were there to copy.");
    }

    private async IAsyncEnumerable<List<(int Number, string Input, string Output, RowExtras More)>> PagesAsync(
        DatasetVersion version, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        if (version.CopiedFromId is { } source)
        {
            await foreach (var copied in new VersionCopy(dbs, source, Options.BatchRows).PagesAsync(ct))
            {
                yield return copied;
            }

            yield break;
        }

        RowTreatment treatment;
        await using (var db = await dbs.CreateDbContextAsync(ct))
        {
            treatment = await RowTreatment.OpenAsync(db, version.ImportId, () => redactor.OpenAsync(version.ProjectId, ct), ct);
        }

        for (var after = 0; ;)
        {
            await using var db = await dbs.CreateDbContextAsync(ct);
            var page = await db.Examples.AsNoTracking().Where(e => e.ImportId == version.ImportId && e.Number > after && e.SetAsideBy == null)
                .OrderBy(e => e.Number).Take(Options.BatchRows).Select(e => new { e.Number, e.Input, e.Output, More = new RowExtras(e.System, e.Content, e.Slice, e.SourceId, e.GroupKey, e.DatedAt, e.GivenSplit, e.Origin == RowOrigin.Synthetic, e.Origin == RowOrigin.Traffic) }).ToListAsync(ct);
            if (page.Count is 0)
            {
                yield break;
            }

            after = page[^1].Number;
            var treated = await treatment.ApplyAsync(db, [.. page.Select(e => new TreatedRow(e.Number, e.Input, e.Output, e.More.System, e.More.Content))], ct);
            if (treatment.Redaction is { } redaction)
            {
                // What a placeholder stands for is kept before the placeholder is.
                await redactor.SaveAsync(redaction, ct);
            }

            yield return [.. page.Zip(treated, (e, row) => (e.Number, row.Input, row.Output, e.More with { System = row.System, Content = row.Content }))];
        }
    }

    private async Task SaveAsync(string versionId, string lease, List<FrozenExample> batch, int done, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var until = Now + Options.Lease;
        LeaseLostException.ThrowUnless(await db.DatasetVersions.Where(v => v.Id == versionId && v.LeaseToken == lease)
            .ExecuteUpdateAsync(set => set.SetProperty(v => v.Done, done).SetProperty(v => v.LeaseUntil, until), ct) is 1);
        await db.InsertAsync(batch, ct);
        await transaction.CommitAsync(ct);
    }

    private async Task DeleteRowsAsync(string versionId, string lease, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        foreach (var split in Enum.GetValues<Split>())
        {
            var last = await db.FrozenExamples.Where(e => e.VersionId == versionId && e.Split == split).MaxAsync(e => (int?)e.Number, ct) ?? -1;
            for (var from = 0; from <= last; from += Options.BatchRows * 5)
            {
                var to = from + (Options.BatchRows * 5);
                await RenewAsync(versionId, lease, 0, ct);
                await db.FrozenExamples.Where(e => e.VersionId == versionId && e.Split == split && e.Number >= from && e.Number < to).ExecuteDeleteAsync(ct);
            }
        }
    }

    private async Task<string?> ClaimAsync(string versionId, CancellationToken ct)
    {
        var (lease, now, until) = (Guid.NewGuid().ToString("N"), Now, Now + Options.Lease);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var claimed = await db.DatasetVersions.Where(v => v.Id == versionId && v.State == VersionState.Freezing && (v.LeaseUntil == null || v.LeaseUntil < now))
            .ExecuteUpdateAsync(set => set.SetProperty(v => v.LeaseToken, lease).SetProperty(v => v.LeaseUntil, until)
                .SetProperty(v => v.Attempts, v => v.Attempts + 1).SetProperty(v => v.Version, v => v.Version + 1), ct);
        return claimed is 1 ? lease : null;
    }

    private async Task RenewAsync(string versionId, string lease, int done, CancellationToken ct)
    {
        var until = Now + Options.Lease;
        await using var db = await dbs.CreateDbContextAsync(ct);
        LeaseLostException.ThrowUnless(await db.DatasetVersions.Where(v => v.Id == versionId && v.LeaseToken == lease)
            .ExecuteUpdateAsync(set => set.SetProperty(v => v.LeaseUntil, until).SetProperty(v => v.Done, done), ct) is 1);
    }

    private async Task ReleaseAsync(string versionId, string lease)
    {
        await using var db = await dbs.CreateDbContextAsync(CancellationToken.None);
        await db.DatasetVersions.Where(v => v.Id == versionId && v.LeaseToken == lease)
            .ExecuteUpdateAsync(set => set.SetProperty(v => v.LeaseUntil, (DateTime?)null), CancellationToken.None);
    }

    private async Task FailAsync(string versionId, string lease, PortalException why, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var version = await db.DatasetVersions.SingleAsync(v => v.Id == versionId, ct);
        if (version.LeaseToken == lease)
        {
            version.Fail(why.Message);
            db.Audit(why is RightGoneException ? StandingRight.Action : "version.failed", version.AsTarget(), why is RightGoneException ? why.Message : "",
                why is RightGoneException ? AuditOutcome.Denied : AuditOutcome.Done);
            await db.SaveChangesAsync(ct);
        }
    }
}
