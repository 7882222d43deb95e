using Bunit;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Portal.Features.Admin;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Leave;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Admin;

public sealed class WorkBoardTests : BunitContext
{
    private const string Secret = "Jane Doe, born 1971";

    private static readonly CancellationToken s_ct = Xunit.TestContext.Current.CancellationToken;

    private readonly AdminRig _rig = new();

    public WorkBoardTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices(o => o.PopoverOptions.CheckForPopoverProvider = false);
        _rig.AddTo(Services);
    }

    [Fact]
    public async Task Work_ThatFailedOrWaits_IsListedInOurOwnWordsAndBegunAgainOnce()
    {
        var tenant = await _rig.AddTenantAsync("northwind", "Northwind Travel");
        var import = await SeedAsync(tenant);
        var pat = await _rig.AsAdminAsync();
        var board = pat.GetRequiredService<WorkBoard>();

        var failed = await board.ListAsync(waiting: false, null, null, 0, s_ct);
        Assert.Equal(["Export", "Import", "Mail"], failed.Rows.Select(r => r.Kind).Order());
        Assert.All(failed.Rows, r => Assert.Equal("Northwind Travel", r.Organization));
        var waiting = await board.ListAsync(waiting: true, null, tenant, 0, s_ct);
        Assert.Equal(["Entry about a sign-in", "Mail"], waiting.Rows.Select(r => r.Kind).Order());
        Assert.All(failed.Rows.Concat(waiting.Rows), r => Assert.DoesNotContain("Jane", $"{r}", StringComparison.Ordinal));
        Assert.Empty((await board.ListAsync(waiting: false, null, "org_other", 0, s_ct)).Rows);
        Assert.Equal("Import", Assert.Single((await board.ListAsync(waiting: false, "Import", null, 0, s_ct)).Rows).Kind);

        var row = failed.Rows.Single(r => r.Id == import);
        await board.AgainAsync(row, s_ct);
        await Assert.ThrowsAsync<NotFoundException>(() => board.AgainAsync(row with { Kind = "No such kind" }, s_ct));
        await _rig.TellAsync();

        Assert.Equal(ImportState.Mapped, (await _rig.ReadAsync(tenant, db => db.DatasetImports.SingleAsync())).State);
        var step = Assert.Single(_rig.Work.Enqueued, j => j.Type == typeof(ImportWorker));
        Assert.Equal([tenant, import], step.Args.Take(2));
        foreach (var (log, via) in new[] { (tenant, PlatformLog.Via), (PlatformLog.Id, "") })
        {
            var entry = Assert.Single(await _rig.LogAsync(log));
            Assert.Equal(("work.begun-again", "pat", via, $"Import {import}"), (entry.Action, entry.ActorName, entry.Via, entry.Details));
        }

        Assert.Contains("neither failed nor waits", (await Assert.ThrowsAsync<PortalException>(() => board.AgainAsync(row, s_ct))).Message, StringComparison.Ordinal);
        Assert.Single(await _rig.LogAsync(tenant));
        // A mail whose pause is long goes at once; what nobody has told is told.
        foreach (var stuck in waiting.Rows)
        {
            await board.AgainAsync(stuck, s_ct);
        }

        Assert.Single(_rig.Work.Enqueued, j => j.Type == typeof(MailWorker));
        Assert.Single(_rig.Work.Enqueued, j => j.Type == typeof(SessionActWorker));
    }

    [Fact]
    public async Task Import_WhoseProjectHasALaterOne_IsLeftAlone()
    {
        var tenant = await _rig.AddTenantAsync("northwind");
        var import = await SeedAsync(tenant);
        await _rig.ReadAsync(tenant, async db =>
        {
            var project = await db.Projects.SingleAsync();
            var later = ImportOf(project.Id, _rig.Now);
            later.Map(later.Layout, Mapping(), "shape", "usr_1");
            later.Finish(10, 10, 2, _rig.Now.AddMinutes(1));
            db.Add(later);
            return await db.SaveChangesAsync();
        });
        var board = (await _rig.AsAdminAsync()).GetRequiredService<WorkBoard>();

        var refused = await Assert.ThrowsAsync<PortalException>(async () => await board.AgainAsync((await board.ListAsync(false, "Import", null, 0, s_ct)).Rows.Single(), s_ct));

        Assert.Contains("would take its place", refused.Message, StringComparison.Ordinal);
        Assert.Equal(ImportState.Failed, (await _rig.ReadAsync(tenant, db => db.DatasetImports.SingleAsync(i => i.Id == import))).State);
        Assert.Empty(await _rig.LogAsync(tenant));
    }

    [Fact]
    public async Task Version_ThatFailed_IsFrozenAgainUnlessItsRowsAreNoLongerTheProjects()
    {
        var tenant = await _rig.AddTenantAsync("northwind");
        var import = await SeedAsync(tenant);
        await _rig.ReadAsync(tenant, async db =>
        {
            var project = await db.Projects.SingleAsync();
            var version = new DatasetVersion { ProjectId = project.Id, ImportId = import, Number = 1, StartedAt = _rig.Now };
            version.Fail("Freezing was begun 5 times and never ended. Try again.");
            db.AddRange(version, new Dataset { ProjectId = project.Id });
            return await db.SaveChangesAsync();
        });
        var board = (await _rig.AsAdminAsync()).GetRequiredService<WorkBoard>();
        var row = (await board.ListAsync(false, "Freezing a version", null, 0, s_ct)).Rows.Single();
        Assert.Contains("begun several times", row.Cause, StringComparison.Ordinal);

        Assert.Contains("other rows", (await Assert.ThrowsAsync<PortalException>(() => board.AgainAsync(row, s_ct))).Message, StringComparison.Ordinal);
        await _rig.ReadAsync(tenant, async db =>
        {
            (await db.Datasets.SingleAsync()).WorkOn(await db.DatasetImports.SingleAsync());
            return await db.SaveChangesAsync();
        });
        await board.AgainAsync(row, s_ct);

        Assert.Equal(VersionState.Freezing, (await _rig.ReadAsync(tenant, db => db.DatasetVersions.SingleAsync())).State);
        Assert.Single(_rig.Work.Enqueued, j => j.Type == typeof(FreezeWorker));
        Assert.Single(await _rig.LogAsync(tenant));
    }

    [Fact]
    public async Task Steps_ThatFailedOrAreTriedAgain_ShowTheKindOfTheirFaultAlone()
    {
        var tenant = await _rig.AddTenantAsync("northwind", "Northwind Travel");
        var job = Job.FromExpression<MailWorker>(w => w.RunAsync(tenant, "mail_1", CancellationToken.None));
        var noFilters = new JobFilterCollection();
        var failedId = new BackgroundJobClient(_rig.Timer, noFilters).Create(job, new FailedState(new InvalidOperationException(Secret)));
        var triedId = new BackgroundJobClient(_rig.Timer, new JobFilterCollection { new AutomaticRetryAttribute { DelaysInSeconds = [3_600] } }).Create(job, new FailedState(new TimeoutException(Secret)));
        var board = (await _rig.AsAdminAsync()).GetRequiredService<WorkBoard>();

        var failed = Assert.Single((await board.ListAsync(false, null, null, 0, s_ct)).Rows);
        Assert.Equal((failedId, "Northwind Travel", "MailWorker.RunAsync, mail_1", "A fault of the portal (InvalidOperationException)."), (failed.Id, failed.Organization, failed.Subject, failed.Cause));
        var tried = Assert.Single((await board.ListAsync(true, null, tenant, 0, s_ct)).Rows);
        Assert.Equal((triedId, 1), (tried.Id, tried.Attempts));
        Assert.Contains("TimeoutException", tried.Cause, StringComparison.Ordinal);
        Assert.DoesNotContain("Jane", $"{failed}{tried}", StringComparison.Ordinal);

        foreach (var row in new[] { failed, tried })
        {
            await board.AgainAsync(row, s_ct);
            Assert.Equal(EnqueuedState.StateName, _rig.Timer.GetMonitoringApi().JobDetails(row.Id).History[0].StateName);
            await Assert.ThrowsAsync<PortalException>(() => board.AgainAsync(row, s_ct));
        }

        var entries = await _rig.LogAsync(PlatformLog.Id);
        Assert.Equal([("work.begun-again", failedId), ("work.begun-again", triedId)], entries.Select(e => (e.Action, e.TargetId)));
    }

    [Fact]
    public async Task Board_ToAnybodyElse_IsNotThere()
    {
        var tenant = await _rig.AddTenantAsync("northwind");
        await SeedAsync(tenant);
        var board = (await _rig.AsAdminAsync()).GetRequiredService<WorkBoard>();
        var row = (await board.ListAsync(false, "Import", null, 0, s_ct)).Rows.Single();
        _rig.Seat.User = await _rig.SignInAsync("olivia", "northwind");

        await Assert.ThrowsAsync<NotFoundException>(() => board.ListAsync(false, null, null, 0, s_ct));
        await Assert.ThrowsAsync<NotFoundException>(() => board.AgainAsync(row, s_ct));
        Assert.Empty(await _rig.LogAsync(tenant));
    }

    [Fact]
    public async Task Page_BeginsAgainAndLosesTheRow()
    {
        var tenant = await _rig.AddTenantAsync("northwind", "Northwind Travel");
        await SeedAsync(tenant);
        await _rig.AsAdminAsync();
        var page = Render<WorkPage>();

        page.WaitForAssertion(() => Assert.Contains("The file could not be read", page.Markup, StringComparison.Ordinal));
        Assert.DoesNotContain("Jane", page.Markup, StringComparison.Ordinal);
        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.GetAttribute("aria-label")?.StartsWith("Begin again: Import", StringComparison.Ordinal) is true).Click());

        page.WaitForAssertion(() => Assert.DoesNotContain("The file could not be read", page.Markup, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("tbody tr").Count));
    }

    [Theory]
    [InlineData("Google refused: 403 PERMISSION_DENIED. See the details for Jane.", "Google refuses access (403): the organization's Google connection needs a test.")]
    [InlineData("Google answers 503, and did so 8 times in a row.", "Google does not answer (503).")]
    [InlineData("The sandbox answers 429", "The sandbox has no room just now (429).")]
    [InlineData("Google does not answer.", "Google does not answer, or said no without a number.")]
    [InlineData("Jane, who started this may no longer tune here, so it was stopped before it began. Nothing is charged.", "Whoever started it no longer had the right to when it was about to begin.")]
    [InlineData("The column \"Jane Doe 555\" is missing", "other words")]
    [InlineData("Google said \"Jane 404\"", "Google does not answer, or said no without a number.")]
    public void PlainCause_OfAStoredText_IsOurWordsAlone(string stored, string expected) => Assert.Equal(expected, PlainCause.Of(stored, "other words"));

    private async Task<string> SeedAsync(string tenant) => await _rig.ReadAsync(tenant, async db =>
    {
        var project = db.Add(new Project { CreatedByUserId = "usr_1", CreatedAt = _rig.Now }).Entity;
        var import = ImportOf(project.Id, _rig.Now.AddHours(-2));
        import.Map(import.Layout, Mapping(), "shape", "usr_1");
        import.Fail($"The file has no column \"{Secret}\". Choose the columns again.");
        var export = new OrganizationExport { AskedByUserId = "usr_1", AskedByName = "Olivia", AskedAt = _rig.Now.AddHours(-1) };
        export.Fail($"It broke at {Secret}");
        var late = OutgoingMail.Write("jane@example.com", $"For {Secret}", "x", _rig.Now.AddHours(-3), _rig.Now.AddDays(1));
        late.TryBegin(_rig.Now.AddHours(-3));
        late.GiveUp("The mail can no longer be read. Send the invitation again.");
        var slow = OutgoingMail.Write("jane@example.com", $"For {Secret}", "x", _rig.Now.AddHours(-3), _rig.Now.AddDays(1));
        slow.TryBegin(_rig.Now.AddHours(-3));
        slow.Failed($"550 no such mailbox {Secret}", _rig.Now.AddHours(1));
        db.AddRange(import, export, late, slow);
        db.Add(new SessionAct { TellTenantId = tenant, Action = "session.began", ActorUserId = "usr_1", TargetKind = "session", TargetName = Secret, At = _rig.Now.AddHours(-1) });
        await db.SaveChangesAsync();
        return import.Id;
    });

    private static DatasetImport ImportOf(string projectId, DateTime at) => new()
    {
        ProjectId = projectId, FileName = $"{Secret}.csv", BlobName = $"{Guid.NewGuid():N}", Length = 10, Sha256 = new string('a', 64), UploadedAt = at,
    };

    private static ColumnMapping Mapping() => MappingGuess.Of(["input", "output"], [["a", "b"], ["c", "d"]]);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _rig.Dispose();
    }
}
