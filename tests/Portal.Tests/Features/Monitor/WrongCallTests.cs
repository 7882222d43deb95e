using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Monitor;
using Portal.Features.Tenancy;
using Portal.Tests.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Monitor;

public sealed class WrongCallTests : IDisposable
{
    private static readonly CancellationToken s_ct = TestContext.Current.CancellationToken;

    private readonly TrafficRig _rig = new();

    [Fact]
    public async Task Calls_ThatWentWrong_BecomeRowsOfTheNextVersion_OnceAndMarked()
    {
        await _rig.SeedAsync();
        var corrected = await _rig.CallAsync(DataKit.Sentence(9_001), new FeedbackDraft(Thumb.Down, null, "Wrong desk", "card"));
        var malformed = await _rig.CallAsync(DataKit.Sentence(9_002), isValid: false);
        var scored = await _rig.CallAsync(DataKit.Sentence(9_003), new FeedbackDraft(Thumb.None, 0.2, "", ""));
        var known = await _rig.CallAsync(DataKit.Sentence(1), FeedbackDraft.Of(false));
        await _rig.CallAsync(DataKit.Sentence(9_004), FeedbackDraft.Of(true));
        await _rig.CallAsync(DataKit.Sentence(9_005), isValid: false, source: UsageSource.Playground);
        await _rig.CallAsync(null, FeedbackDraft.Of(false));

        var found = await _rig.Wrongs.ListAsync(_rig.ProjectId, TrafficRig.Scope, s_ct);
        Assert.Equal(
            [(corrected, WrongReasons.Disliked | WrongReasons.Corrected), (malformed, WrongReasons.Malformed), (scored, WrongReasons.Disliked), (known, WrongReasons.Disliked)],
            found.Calls.Select(c => (c.ResponseId, c.Reasons)));
        Assert.Equal((4, 1), (found.Total, found.WithoutText));
        Assert.Equal(("card", "Wrong desk", "intents@1"), (found.Calls[0].Correction, found.Calls[0].Comment, found.Calls[0].DeploymentName));
        Assert.Equal([malformed], (await _rig.Wrongs.ListAsync(_rig.ProjectId, TrafficRig.Scope with { Reason = WrongReasons.Malformed }, s_ct)).Calls.Select(c => c.ResponseId));
        Assert.Equal([corrected], (await _rig.Wrongs.ListAsync(_rig.ProjectId, TrafficRig.Scope with { Reason = WrongReasons.Corrected, DeploymentId = _rig.Deployment.Id }, s_ct)).Calls.Select(c => c.ResponseId));
        Assert.Equal(3, (await _rig.Wrongs.ListAsync(_rig.ProjectId, TrafficRig.Scope with { Reason = WrongReasons.Disliked }, s_ct)).Total);

        // Two presses at one moment, here or on another node: each call is taken once.
        string[] all = [corrected, malformed, scored, known];
        var taken = await Task.WhenAll(Task.Run(() => _rig.Wrongs.TakeAsync(_rig.ProjectId, all, s_ct), s_ct), Task.Run(() => _rig.Wrongs.TakeAsync(_rig.ProjectId, all, s_ct), s_ct));
        Assert.Equal(4, taken.Sum());
        var waiting = await _rig.Traffic.ListAsync(_rig.ProjectId, TrafficState.Open, 0, s_ct);
        Assert.Equal((new TrafficCounts(4, 0, 0, 0), "Tuned Flash"), (waiting.Counts, waiting.Drafts[0].ModelName));
        var drafts = waiting.Drafts.ToDictionary(d => d.ResponseId);
        Assert.Equal("card", drafts[corrected].Output);

        await Assert.ThrowsAsync<PortalException>(() => _rig.Traffic.SettleAsync(_rig.ProjectId, drafts[malformed].Id, "loan", s_ct));
        await _rig.Traffic.SettleAsync(_rig.ProjectId, drafts[corrected].Id, "card", s_ct);
        await _rig.Traffic.SettleAsync(_rig.ProjectId, drafts[malformed].Id, "transfer", s_ct);
        await _rig.Traffic.SettleAsync(_rig.ProjectId, drafts[known].Id, "card", s_ct);
        await _rig.Traffic.RejectAsync(_rig.ProjectId, drafts[scored].Id, s_ct);
        var added = await _rig.Traffic.AddSettledAsync(_rig.ProjectId, s_ct);
        var again = await _rig.Traffic.AddSettledAsync(_rig.ProjectId, s_ct);

        // What is nearly a row, sealed or not, teaches nothing; which of the two nobody is told.
        Assert.Equal((new TrafficAdded(2, 1, 0, ""), new TrafficAdded(0, 0, 0, "")), (added, again));
        var rows = (await _rig.Data.Rows.ListAsync(_rig.ProjectId, new RowQuery(Status: RowStatus.Traffic), s_ct)).Rows;
        Assert.Equal([DataKit.Sentence(9_001), DataKit.Sentence(9_002)], rows.Select(r => r.Input).Order());
        Assert.Empty((await _rig.Data.Rows.ListAsync(_rig.ProjectId, new RowQuery(Status: RowStatus.ByHand), s_ct)).Rows);
        var row = await _rig.Data.Rows.GetAsync(_rig.ProjectId, rows.Single(r => r.Input == DataKit.Sentence(9_001)).Number, s_ct);
        Assert.Equal((corrected, corrected, "intents@1", "Tuned Flash"), (row.SourceId, row.Traffic?.ResponseId, row.Traffic?.DeploymentName, row.Traffic?.ModelName));
        // The list shows no text of what may be sealed from here on.
        Assert.Equal((TrafficState.Added, ""), (await _rig.Wrongs.ListAsync(_rig.ProjectId, TrafficRig.Scope, s_ct)).Calls.Where(c => c.ResponseId == corrected).Select(c => (c.Taken, c.Input)).Single());

        var next = await _rig.Data.FreezeAsync(_rig.ProjectId);
        await using var db = _rig.Data.Database.CreateDbContext();
        var frozen = await db.FrozenExamples.Where(f => f.VersionId == next.Id && f.IsFromTraffic).ToListAsync(s_ct);
        Assert.Equal((2, 62, frozen.Count(f => f.Split is Split.Test)), (next.TrafficCount, next.Count, next.SealedTrafficCount));
        Assert.Equal([61, 62], frozen.Select(f => f.Number).Order());
    }

    [Fact]
    public async Task Texts_OfTakenCalls_GoWithTheirTime_AndWithTheOwnersWord()
    {
        await _rig.SeedAsync();
        var (old, young, settled) = (await _rig.CallAsync(DataKit.Sentence(9_001), FeedbackDraft.Of(false)), await _rig.CallAsync(DataKit.Sentence(9_002), FeedbackDraft.Of(false)), await _rig.CallAsync(DataKit.Sentence(9_003), FeedbackDraft.Of(false)));
        await _rig.Wrongs.TakeAsync(_rig.ProjectId, [old, young, settled], s_ct);
        var drafts = (await _rig.Traffic.ListAsync(_rig.ProjectId, TrafficState.Open, 0, s_ct)).Drafts.ToDictionary(d => d.ResponseId);
        await _rig.Traffic.SettleAsync(_rig.ProjectId, drafts[settled].Id, "card", s_ct);
        await _rig.Traffic.AddSettledAsync(_rig.ProjectId, s_ct);
        await using var db = _rig.Data.Database.CreateDbContext();
        await db.TrafficDrafts.Where(d => d.ResponseId == old).ExecuteUpdateAsync(set => set.SetProperty(d => d.ExpiresAt, db.Now.AddMinutes(-1)), s_ct);
        var jobs = new CollectedJobs();
        Assert.Equal(1, await new RetentionSweep(jobs).EnqueueLostAsync(db, db.Now, s_ct));
        await new RetentionWorker(new Portal.Persistence.TenantScope(), _rig.Data.Database, TimeProvider.System, NullLogger<RetentionWorker>.Instance).RunAsync(_rig.Data.Database.Scope.TenantId, s_ct);
        Assert.Equal([young, settled], await db.TrafficDrafts.OrderBy(d => d.ResponseId).Select(d => d.ResponseId).ToListAsync(s_ct));

        await _rig.Keeping.SaveAsync(new KeepingChoice(true, 100, 1), s_ct);
        Assert.True(await db.TrafficDrafts.AllAsync(d => d.ExpiresAt == null || d.ExpiresAt < db.Now.AddDays(1).AddMinutes(1), s_ct));
        await _rig.Keeping.SaveAsync(new KeepingChoice(false, 100, 30), s_ct);

        // What is a row by now stays one, with where it comes from.
        Assert.Equal([(settled, TrafficState.Added, "")], (await db.TrafficDrafts.ToListAsync(s_ct)).Select(d => (d.ResponseId, d.State, d.Input)));
        await Assert.ThrowsAsync<PortalException>(() => _rig.Wrongs.TakeAsync(_rig.ProjectId, [young], s_ct));
    }

    [Theory]
    [InlineData(MemberRole.Viewer, true, false, false)]
    [InlineData(MemberRole.Reviewer, false, true, false)]
    [InlineData(MemberRole.Editor, true, true, true)]
    [InlineData(MemberRole.Billing, false, false, false)]
    public async Task Rights_ToReadToSettleAndToTake_AreThoseOfTheTable(MemberRole role, bool reads, bool reviews, bool takes)
    {
        await _rig.SeedAsync();
        var call = await _rig.CallAsync(DataKit.Sentence(9_001), new FeedbackDraft(Thumb.Down, null, "", "card"));
        await _rig.Wrongs.TakeAsync(_rig.ProjectId, [call], s_ct);
        var draft = (await _rig.Traffic.ListAsync(_rig.ProjectId, TrafficState.Open, 0, s_ct)).Drafts.Single();
        _rig.Data.Current.Enter(new Membership(_rig.Data.Database.Scope.TenantId, "Northwind", "northwind", TenantKind.Customer, role), new ClaimsPrincipal());

        await AskAsync(reads, () => _rig.Wrongs.ListAsync(_rig.ProjectId, TrafficRig.Scope, s_ct));
        await AskAsync(takes, () => _rig.Wrongs.TakeAsync(_rig.ProjectId, [call], s_ct));
        await AskAsync(reviews, () => _rig.Traffic.ListAsync(_rig.ProjectId, TrafficState.Open, 0, s_ct));
        await AskAsync(reviews, () => _rig.Traffic.SettleAsync(_rig.ProjectId, draft.Id, "card", s_ct));
        await AskAsync(reviews, () => _rig.Traffic.ReopenAsync(_rig.ProjectId, draft.Id, s_ct));
        await AskAsync(takes, () => _rig.Traffic.AddSettledAsync(_rig.ProjectId, s_ct));

        static async Task AskAsync(bool may, Func<Task> act) => Assert.Equal(may ? null : typeof(ForbiddenException), (await Record.ExceptionAsync(act))?.GetType());
    }

    public void Dispose() => _rig.Dispose();
}
