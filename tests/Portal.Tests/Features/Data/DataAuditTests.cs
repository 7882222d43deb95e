using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Data;

/// <summary>What the audit log hears of the data: every act, and no content.</summary>
public sealed class DataAuditTests : IDisposable
{
    private static readonly CancellationToken s_ct = CancellationToken.None;

    private readonly DataKit _kit = new();

    public void Dispose() => _kit.Dispose();

    [Fact]
    public async Task EveryAct_StandsInTheLog_AndNoCellDoes()
    {
        await EnterAsync();
        var projectId = await _kit.CreateProjectAsync();
        // Canaries in cells, labels and column names; two rows with an address, one that repeats another.
        var csv = "CANARYcolumn,CANARYlabels\n" + string.Concat(Enumerable.Range(1, 60).Select(i => $"CANARY{DataKit.Sentence(i)} x{i}@canary.example,CANARY{(i % 2 is 0 ? "card" : "transfer")}\n"));
        var import = await _kit.ImportAsync(projectId, csv, "tickets.csv");
        var address = (await _kit.Findings.ListAsync(import.Id, null, s_ct)).Single(f => f.Rule is FindingRule.EmailAddress);
        await _kit.Findings.DecideAsync(address.Id, FindingDecision.Keep, s_ct);
        await _kit.Findings.DecideAsync(address.Id, null, s_ct);
        await _kit.Findings.DecideAsync(address.Id, FindingDecision.Redact, s_ct);
        foreach (var open in (await _kit.Findings.ListAsync(import.Id, null, s_ct)).Where(f => f.IsOpen))
        {
            await _kit.Findings.DecideAsync(open.Id, open.Choices[0], s_ct);
        }

        await _kit.Findings.DecideRowAsync(import.Id, 7, FindingDecision.SetAside, s_ct);
        var begun = await _kit.Versions.FreezeAsync(projectId, "CANARY note", null, s_ct);
        await _kit.Freezes.RunAsync("org_test", begun.Id, s_ct);
        await _kit.Examples.RecordLookAsync(begun.Id, "Evaluation 1: Flash", s_ct);
        await _kit.Findings.RecordExportAsync(projectId, s_ct);
        var next = await _kit.ImportAsync(projectId, "a,b\n" + DataKit.Csv(30)[11..], "more.csv");
        await _kit.Imports.ClearAsync("org_test", import.Id, s_ct);
        var broken = await _kit.ImportAsync(projectId, "a,b\n,\n,\n", "empty.csv");

        Assert.Equal((ImportState.Imported, ImportState.Failed), (next.State, broken.State));
        var log = await LogAsync();
        Assert.Equal(
            [
                "project.created", "data.uploaded", "import.started", "import.finished", "decision.taken", "decision.undone", "decision.redacted", "decision.taken", "version.started",
                "task.labels-taken", "version.frozen", "sealed.looked", "data.exported", "data.uploaded", "import.started", "import.finished", "data.removed", "data.uploaded",
                "import.started", "import.failed",
            ],
            log.Select(e => e.Action));
        Assert.All(log, e => Assert.DoesNotContain("CANARY", $"{e.TargetName} {e.TargetKind} {e.Details}", StringComparison.OrdinalIgnoreCase));
        Assert.All(log, e => Assert.True(AuditWords.Knows(e.Action), e.Action));
        Assert.All(log, e => Assert.Equal(projectId, e.ProjectId));
        var frozen = log.Single(e => e.Action is "version.frozen");
        Assert.StartsWith("Split ", frozen.Details, StringComparison.Ordinal);
        Assert.Equal("Olivia", log.Single(e => e.Action is "decision.redacted").ActorName);
    }

    [Fact]
    public async Task ImportAndFreeze_OfSomebodyWhoLostTheRight_StopWithAPlainCause()
    {
        await EnterAsync();
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, DataKit.Csv(60));
        var freeze = await _kit.Versions.FreezeAsync(projectId, "", null, s_ct);
        var receipt = await _kit.UploadAsync(projectId, DataKit.Csv(61), "later.csv");
        var preview = await _kit.Datasets.PreviewAsync(receipt.ImportId, null, s_ct);
        var importId = await _kit.Datasets.StartImportAsync(receipt.ImportId, preview.Layout, preview.Mapping, s_ct);
        await _kit.Database.SetMemberAsync("org_test", "usr_olivia", MemberRole.Viewer);

        await _kit.Freezes.RunAsync("org_test", freeze.Id, s_ct);
        await _kit.Imports.RunAsync("org_test", importId, s_ct);

        var data = await _kit.Datasets.OverviewAsync(projectId, s_ct);
        var (version, import) = (data.Versions.Single(), data.Imports.Single(i => i.Id == importId));
        Assert.Equal((VersionState.Failed, ImportState.Failed), (version.State, import.State));
        Assert.StartsWith("Olivia, who started this may no longer upload, change and freeze data here", version.Failure, StringComparison.Ordinal);
        Assert.Equal(version.Failure, import.Failure);
        var stopped = (await LogAsync()).Where(e => e.Action == StandingRight.Action).ToList();
        Assert.Equal([freeze.Id, importId], stopped.Select(e => e.TargetId));
        Assert.All(stopped, e => Assert.Equal(AuditOutcome.Denied, e.Outcome));
    }

    private async Task EnterAsync()
    {
        await _kit.Database.SetMemberAsync("org_test", "usr_olivia", MemberRole.Editor);
        _kit.Current.Enter(
            new Membership("org_test", "Northwind", "northwind", TenantKind.Customer, MemberRole.Editor),
            new ClaimsPrincipal(new ClaimsIdentity([new Claim(PortalClaims.UserId, "usr_olivia"), new Claim("name", "Olivia")])));
    }

    private async Task<List<AuditEntry>> LogAsync()
    {
        await using var db = _kit.Database.CreateDbContext();
        return await db.Set<AuditEntry>().AsNoTracking().OrderBy(e => e.Sequence).ToListAsync();
    }
}
