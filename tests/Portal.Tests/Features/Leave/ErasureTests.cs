using System.Globalization;
using System.Text;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Deploy;
using Portal.Features.Leave;
using Portal.Features.Tenancy;
using Portal.Hosting;
using Portal.Persistence;
using Portal.Storage;
using Xunit;

namespace Portal.Tests.Features.Leave;

public sealed class ErasureTests : IDisposable
{
    private const string Canary = "cnry7";
    private const string Theirs = "thrs8";

    private readonly LeaveRig _rig = new();

    public ErasureTests() => (_rig.Options.CoolOff, _rig.Options.VendorAttempts) = (TimeSpan.Zero, 0);

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Erase_OfAFullOrganization_LeavesNothingAnywhereAndAnotherAsItWas()
    {
        var (own, other) = (await FillAsync("own", Canary), await FillAsync("other", Theirs));
        var export = await _rig.ExportAsync(own.TenantId);
        Assert.Equal(ExportState.Ready, export.State);
        var client = new BackgroundJobClient(_rig.Storage);
        client.Enqueue<ExportWorker>(w => w.RunAsync(own.TenantId, "exp_1", CancellationToken.None));
        client.Schedule<ExportWorker>(w => w.RunAsync(own.TenantId, "exp_2", CancellationToken.None), TimeSpan.FromDays(1));
        client.Enqueue<ExportWorker>(w => w.RunAsync(other.TenantId, "exp_3", CancellationToken.None));
        var before = await TwinAsync(other);
        Assert.True((await Leftovers.RowsWithAsync(_rig.Database, Canary)).Count > 30);
        Assert.NotEmpty(Leftovers.FilesWith(_rig.Database.Folder, Canary));

        var erasure = await EraseAsync(own);

        Assert.Equal((ErasureState.Erased, ""), (erasure.State, erasure.Problem));
        Assert.Empty(await Leftovers.RowsWithAsync(_rig.Database, Canary));
        Assert.Empty(Leftovers.FilesWith(_rig.Database.Folder, Canary));
        // The id alone stays: in the record of the erasure, and in what the platform's log is told.
        Assert.Equal(["OrganizationErasure", "PlatformAct"], (await Leftovers.RowsWithAsync(_rig.Database, own.TenantId)).Select(r => r.Split(':')[0]));
        Assert.False(Directory.Exists(_rig.BlobsOf(own.TenantId)));
        await using (var db = _rig.Database.CreateDbContextFor(new TenantScope()))
        {
            // Its address leads to nobody else, ever.
            Assert.True(await db.WasErasedAsync("own", LeaveRig.Ct));
            Assert.False(await db.WasErasedAsync("other", LeaveRig.Ct));
        }

        Assert.Equal(before, await TwinAsync(other));
        var jobs = new TenantJobs(_rig.Storage);
        Assert.Equal((0, 1), (jobs.Remove(own.TenantId) > 0 ? 1 : 0, jobs.Find(other.TenantId).Count));
    }

    [Fact]
    public async Task Erase_GivesAReceiptThatCountsEveryRow_ToItsOwnersAlone()
    {
        var own = await FillAsync("own", Canary);
        // Everything that is there now, and the request itself with its entry in the log.
        var rows = await _rig.ReadAsync(own.TenantId, RowsPerTableAsync);

        var erasure = await EraseAsync(own);

        await using var outside = _rig.As(own.TenantId, userId: own.UserId);
        var erasures = outside.ServiceProvider.GetRequiredService<EraseService>();
        var (_, receipt) = await erasures.ReceiptAsync(own.UserId, isPlatformAdmin: false, erasure.Id, LeaveRig.Ct);
        Assert.NotNull(receipt);
        foreach (var (table, count) in rows.Where(r => r.Key is not (nameof(AuditEntry) or nameof(OutgoingMail))))
        {
            Assert.True(receipt.Rows.GetValueOrDefault(table) == count, $"{table}: {receipt.Rows.GetValueOrDefault(table)} instead of {count}");
        }

        Assert.Equal(rows[nameof(AuditEntry)] + 1, receipt.Rows[nameof(AuditEntry)]);
        Assert.Equal((1L, 1L, 1L), (receipt.Rows[nameof(Tenant)], receipt.Rows[nameof(Member)], receipt.Rows[nameof(Engagement)]));
        Assert.Equal((1, 1), (receipt.Files, receipt.Mails));
        Assert.NotEmpty(receipt.Kept);
        Assert.Single(receipt.Usage);
        Assert.Equal(erasure.ReceiptHash, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(erasure.ReceiptJson))));
        Assert.Single(await erasures.ReceiptsAsync(own.UserId, LeaveRig.Ct));
        Assert.Empty(await erasures.ReceiptsAsync("usr_stranger", LeaveRig.Ct));
        await Assert.ThrowsAsync<NotFoundException>(() => erasures.ReceiptAsync("usr_stranger", isPlatformAdmin: false, erasure.Id, LeaveRig.Ct));
        // Nobody answers where Google is expected: that is said, and keeps nothing else from going.
        Assert.Contains(receipt.Vendor, t => t is { Kind: ErasureLedger.Connection, Outcome: VendorOutcome.Failed, Detail: "Google does not answer" });
    }

    [Fact]
    public async Task Erase_KilledAtEveryContext_GoesOnAndCountsEachRowOnce()
    {
        var own = await FillAsync("own", Canary);
        var rows = await _rig.ReadAsync(own.TenantId, RowsPerTableAsync);
        _rig.Options.SettleAfter = TimeSpan.Zero;
        var id = await AskAsync(own);

        // Each life ends further on. A server takes its time, and what kills differs in nothing there: every fourth context is enough.
        var (deaths, stride) = (0, TestServer.Provider is DatabaseProvider.Sqlite ? 1 : 4);
        var erasure = await ErasureAsync(id);
        for (var lives = 1; erasure.State is not ErasureState.Erased; lives++)
        {
            Assert.True(lives < 400, $"It does not come to its end: {erasure.Stage}, {erasure.Failures} failures, {erasure.Problem}");
            var left = lives * stride;
            _rig.OnContext = () =>
            {
                if (--left < 0)
                {
                    deaths++;
                    throw new OperationCanceledException("The process died.");
                }
            };
            await _rig.WorkAsync<EraseWorker>(async w =>
            {
                try
                {
                    await w.RunAsync(own.TenantId, id, LeaveRig.Ct);
                }
                catch (OperationCanceledException)
                {
                }
            });
            _rig.OnContext = () => { };
            _rig.Time.Advance(TimeSpan.FromMinutes(3));
            erasure = await ErasureAsync(id);
        }

        Assert.True(deaths > 20 / stride);
        var receipt = ErasureReceipt.Parse(erasure.ReceiptJson);
        Assert.All(rows.Where(r => r.Key is not (nameof(AuditEntry) or nameof(OutgoingMail))), row => Assert.Equal(row.Value, receipt.Rows.GetValueOrDefault(row.Key)));
        Assert.Empty(await Leftovers.RowsWithAsync(_rig.Database, Canary));
    }

    [Fact]
    public async Task Ask_ClosesNothingUntilItIsDue_AndCanBeTakenBack()
    {
        _rig.Options.CoolOff = TimeSpan.FromDays(7);
        var own = await FillAsync("own", Canary);
        var id = await AskAsync(own);
        await _rig.WorkAsync<EraseWorker>(w => w.RunAsync(own.TenantId, id, LeaveRig.Ct));
        Assert.NotNull(await _rig.FindMembershipAsync(own.UserId, "own"));
        Assert.Equal(0, await DueAsync());

        await using (var owner = _rig.As(own.TenantId, userId: own.UserId))
        {
            var erasures = owner.ServiceProvider.GetRequiredService<EraseService>();
            Assert.Equal(_rig.Now.AddDays(7), (await erasures.FindAsync(LeaveRig.Ct))?.DueAt);
            await Assert.ThrowsAsync<PortalException>(() => AskAsync(own));
            await erasures.CancelAsync(LeaveRig.Ct);
            Assert.Null(await erasures.FindAsync(LeaveRig.Ct));
        }

        _rig.Time.Advance(TimeSpan.FromDays(8));
        Assert.Equal(0, await DueAsync());
        await AskAsync(own);
        _rig.Time.Advance(TimeSpan.FromDays(7.1));
        Assert.Equal(1, await DueAsync());
    }

    [Fact]
    public async Task Ask_WithoutTheNameOrAFreshSignInOrTheRight_IsRefused()
    {
        var own = await FillAsync("own", Canary);
        var old = await _rig.SignInAsync(own.UserId);
        _rig.Time.Advance(TimeSpan.FromMinutes(11));
        var fresh = await _rig.SignInAsync(own.UserId);

        async Task<string> RefusedAsync(string name, string? session, MemberRole role = MemberRole.Owner, string? user = null)
        {
            await using var scope = _rig.As(own.TenantId, role, user ?? own.UserId);
            return (await Assert.ThrowsAnyAsync<PortalException>(() => scope.ServiceProvider.GetRequiredService<EraseService>().AskAsync(name, session, LeaveRig.Ct))).Message;
        }

        Assert.Contains("not the organization's name", await RefusedAsync("company own", fresh), StringComparison.Ordinal);
        Assert.Contains("Sign in again", await RefusedAsync("Company own", old), StringComparison.Ordinal);
        Assert.Contains("Sign in again", await RefusedAsync("Company own", null), StringComparison.Ordinal);
        Assert.Contains("You may not erase the organization", await RefusedAsync("Company own", fresh, MemberRole.Admin), StringComparison.Ordinal);
        await using (var scope = _rig.As(own.TenantId, userId: own.UserId))
        await using (var db = await scope.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(LeaveRig.Ct))
        {
            (await db.BillingAccounts.SingleAsync(LeaveRig.Ct)).Take(new SubscriptionFacts("sub_1", "team", SubscriptionState.Active, _rig.Now, null, null, null, null), _rig.Now);
            await db.SaveChangesAsync(LeaveRig.Ct);
        }

        Assert.Contains("A subscription is still running", await RefusedAsync("Company own", fresh), StringComparison.Ordinal);
        Assert.Equal(0, await _rig.ReadAsync(own.TenantId, db => db.OrganizationErasures.CountAsync()));
    }

    [Fact]
    public async Task Hurry_TakesASecondOwnerWhereThereIsOne()
    {
        _rig.Options.CoolOff = TimeSpan.FromDays(7);
        var own = await FillAsync("own", Canary);
        var second = await AddOwnerAsync(own.TenantId, "second");
        await AskAsync(own);

        await using (var asker = _rig.As(own.TenantId, userId: own.UserId))
        {
            var session = await _rig.SignInAsync(own.UserId);
            var why = await Assert.ThrowsAsync<PortalException>(() => asker.ServiceProvider.GetRequiredService<EraseService>().HurryAsync("Company own", session, LeaveRig.Ct));
            Assert.Contains("another owner", why.Message, StringComparison.Ordinal);
        }

        await using var other = _rig.As(own.TenantId, userId: second);
        await other.ServiceProvider.GetRequiredService<EraseService>().HurryAsync("Company own", await _rig.SignInAsync(second), LeaveRig.Ct);
        Assert.Equal(1, await DueAsync());
    }

    [Fact]
    public async Task Erase_OnceBegun_LetsNobodyInAndNoKeyOpens()
    {
        var own = await FillAsync("own", Canary);
        var busy = _rig.Now.AddMinutes(1);
        await _rig.ReadAsync(own.TenantId, db => db.DatasetVersions.ExecuteUpdateAsync(set => set.SetProperty(v => v.LeaseUntil, busy)));
        var id = await AskAsync(own);

        await _rig.WorkAsync<EraseWorker>(w => w.RunAsync(own.TenantId, id, LeaveRig.Ct));

        // It waits for whoever is at work, and is closed meanwhile.
        var waiting = await ErasureAsync(id);
        Assert.Equal((ErasureState.Erasing, ErasureStage.Work), (waiting.State, waiting.Stage));
        Assert.Null(await _rig.FindMembershipAsync(own.UserId, "own"));
        Assert.Equal((0, 0), await _rig.ReadAsync(own.TenantId, async db => (await db.ApiKeyIndex.CountAsync(), await db.InvitationIndex.CountAsync())));
        Assert.True(await _rig.ReadAsync(own.TenantId, db => db.DatasetVersions.AnyAsync()));
    }

    [Fact]
    public void GlobalColumnsThatNameAnOrganization_AreAllKnown()
    {
        // Else: see to it that EraseWorker removes the row, or say in the receipt why it stays, then name the column here.
        string[] known =
        [
            "ApiKeyIndex.KeyId", "ApiKeyIndex.TenantId", "BreakGlassVisit.SessionId", "BreakGlassVisit.TenantId", "Engagement.ClientId", "Engagement.ConsultancyId",
            "EngagementAct.EngagementId", "EngagementAct.TellId",
            "IdentityProviderIndex.ProviderId", "IdentityProviderIndex.TenantId", "InvitationIndex.InvitationId", "InvitationIndex.TenantId", "Member.TenantId", "OrganizationErasure.TenantId",
            "PlatformAct.TargetId", "SessionAct.SubjectId", "SessionAct.TellTenantId", "SignInSession.ProviderId", "SignInSession.ProviderTenantId", "StripeCustomer.TenantId", "StripeEvent.TenantId", "VerifiedDomain.TenantId",
        ];
        using var db = new SqliteDesign().CreateDbContext([]);
        var ids = db.Model.GetEntityTypes().Where(e => GlobalTables.Names.Contains(e.ClrType.Name))
            .SelectMany(e => e.GetProperties().Where(p => p.Name.EndsWith("Id", StringComparison.Ordinal) && p.Name is not "Id" && !IsOfNoOrganization(p.Name)).Select(p => $"{e.ClrType.Name}.{p.Name}"));

        Assert.Equal(known, ids.Order(StringComparer.Ordinal));
        Assert.Contains(TenantRows.NamingIn(db.Model), n => n.Entity.ClrType == typeof(SignInSession));
    }

    // People, the catalogue's models and what the platform announces belong to nobody.
    private static bool IsOfNoOrganization(string column) =>
        column.EndsWith("UserId", StringComparison.Ordinal) || column.EndsWith("ModelId", StringComparison.Ordinal) || column is "SuccessorId" or "AnnouncementId";

    private static async Task<Dictionary<string, long>> RowsPerTableAsync(PortalDbContext db)
    {
        Dictionary<string, long> rows = [];
        foreach (var entity in TenantEntities.Of(db.Model).ParentFirst)
        {
            var set = (IQueryable<object>)typeof(DbContext).GetMethod(nameof(DbContext.Set), [])!.MakeGenericMethod(entity.ClrType).Invoke(db, [])!;
            rows[entity.ClrType.Name] = await set.CountAsync();
        }

        return rows;
    }

    /// <summary>An organisation with its canary in every table, in the global ones that name it, in a file and in a mail.</summary>
    private async Task<(string TenantId, string UserId)> FillAsync(string slug, string canary)
    {
        var tenantId = await _rig.AddOrganizationAsync(slug);
        await CanaryRows.PlantAsync(_rig.Database, tenantId, canary);
        await using (var owner = _rig.As(tenantId))
        {
            await owner.ServiceProvider.GetRequiredService<BlobStore>().WriteAsync(canary, new MemoryStream(Encoding.UTF8.GetBytes($"hello {canary}")), 1_000, LeaveRig.Ct);
        }

        await using var db = _rig.Database.For(tenantId).CreateDbContext();
        var mail = await db.OutgoingMails.Select(m => m.Id).SingleAsync(LeaveRig.Ct);
        Directory.CreateDirectory(Path.Combine(_rig.Database.Folder, "outbox"));
        await File.WriteAllTextAsync(Path.Combine(_rig.Database.Folder, "outbox", $"{mail}.eml"), canary, LeaveRig.Ct);
        var userId = await db.Members.Where(m => m.TenantId == tenantId).Select(m => m.UserId).SingleAsync(LeaveRig.Ct);
        db.ApiKeyIndex.Add(new ApiKeyIndex { Hash = canary, TenantId = tenantId, KeyId = await db.ApiKeys.Select(k => k.Id).SingleAsync(LeaveRig.Ct) });
        db.InvitationIndex.Add(new InvitationIndex { Hash = canary, TenantId = tenantId, InvitationId = await db.Invitations.Select(i => i.Id).SingleAsync(LeaveRig.Ct) });
        var engagement = new Engagement { ClientId = tenantId, AskedBy = EngagementSide.Client, AskedSlug = canary, AskedAt = _rig.Now, Note = canary };
        db.Engagements.Add(engagement);
        db.EngagementActs.Add(new EngagementAct { EngagementId = engagement.Id, TellId = tenantId, Action = "x", TargetName = canary, At = _rig.Now });
        db.PlatformActs.Add(new PlatformAct { ActorUserId = "usr_admin", Action = "organization.suspended", TargetId = tenantId, TargetName = canary, At = _rig.Now });
        await db.SaveChangesAsync(LeaveRig.Ct);
        return (tenantId, userId);
    }

    private async Task<string> AddOwnerAsync(string tenantId, string name)
    {
        await using var db = _rig.Database.CreateDbContextFor(new TenantScope());
        var user = db.Add(new User { Issuer = "https://id.example", Subject = name, CreatedAt = _rig.Now }).Entity;
        db.Add(new Member { TenantId = tenantId, UserId = user.Id, Role = MemberRole.Owner, CreatedAt = _rig.Now });
        await db.SaveChangesAsync(LeaveRig.Ct);
        return user.Id;
    }

    private async Task<string> AskAsync((string TenantId, string UserId) who)
    {
        var session = await _rig.SignInAsync(who.UserId);
        await using var owner = _rig.As(who.TenantId, userId: who.UserId);
        return await owner.ServiceProvider.GetRequiredService<EraseService>().AskAsync("Company own", session, LeaveRig.Ct);
    }

    private async Task<OrganizationErasure> EraseAsync((string TenantId, string UserId) who)
    {
        var id = await AskAsync(who);
        for (var runs = 0; runs < 20 && (await ErasureAsync(id)).State is not ErasureState.Erased; runs++)
        {
            await _rig.WorkAsync<EraseWorker>(w => w.RunAsync(who.TenantId, id, LeaveRig.Ct));
            _rig.Time.Advance(TimeSpan.FromMinutes(2));
        }

        return await ErasureAsync(id);
    }

    private async Task<OrganizationErasure> ErasureAsync(string id)
    {
        await using var db = _rig.Database.CreateDbContextFor(new TenantScope());
        return await db.OrganizationErasures.AsNoTracking().SingleAsync(e => e.Id == id, LeaveRig.Ct);
    }

    private async Task<int> DueAsync()
    {
        await using var db = _rig.Database.For(null).CreateDbContext();
        return await new EraseSweep(_rig.Work).EnqueueLostAsync(db, _rig.Now, LeaveRig.Ct);
    }

    /// <summary>Everything of the other organisation, rows and files.</summary>
    private async Task<string> TwinAsync((string TenantId, string UserId) other) => string.Join('\n',
        [
            .. await Leftovers.RowsWithAsync(_rig.Database, other.TenantId), .. await Leftovers.RowsWithAsync(_rig.Database, Theirs),
            .. Directory.EnumerateFiles(_rig.BlobsOf(other.TenantId), "*", SearchOption.AllDirectories).Select(f => $"{f} {File.GetLastWriteTimeUtc(f).Ticks.ToString(CultureInfo.InvariantCulture)}"),
        ]);
}
