using System.Net;
using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Tests.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class AugmentTests : IDisposable
{
    private static readonly CancellationToken s_ct = TestContext.Current.CancellationToken;

    private readonly AugmentRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Journey_FromPriceToVersion_KeepsWhatAModelWroteOutOfValidationAndTest()
    {
        await _rig.SeedAsync();
        var before = await _rig.FrozenAsync(_rig.Version.Id);
        var @sealed = before.First(f => f.Split is Split.Test).Input;
        var trained = before.First(f => f.Split is Split.Train).Input;
        _rig.Model.Vertex.Respond = prompt =>
        {
            var fresh = _rig.Fresh(prompt).ToList();
            (fresh[0], fresh[1], fresh[2]) = ((@sealed.ToUpperInvariant() + " !", "card"), (trained, "card"), (_rig.FreshText(), "transfer"));
            (fresh[3], fresh[4], fresh[5]) = (("Write to anna@example.com about it please", "card"), ("  ", "card"), (fresh[6].Input + "?", "card"));
            return AugmentRig.Answer(fresh.Take(9));
        };
        var quote = await _rig.Service.QuoteAsync(_rig.ProjectId, _rig.Order, s_ct);
        var run = await _rig.Service.StartAsync(_rig.ProjectId, _rig.Order with { AgreedWorstMicros = quote.Quote.WorstMicros }, s_ct);
        Assert.Equal((quote.Quote.WorstMicros, ReservationState.Held), ((await _rig.ReservationAsync(run.Id)).AmountMicros, (await _rig.ReservationAsync(run.Id)).State));

        await _rig.PumpAsync();

        // Of ten in each of two calls: like a sealed one, like a trained one, like each other; another label; an address; empty; one never came.
        var ended = await _rig.ReadAsync(run.Id);
        Assert.Equal((AugmentationState.Succeeded, new DraftCounts(6, 6, 2, 2, 2, 2), 2), (ended.State, ended.Counts, ended.CallsDone));
        Assert.Equal((600, 1_000), (ended.InputTokens, ended.OutputTokens));
        var usage = await _rig.Model.UsageAsync();
        Assert.Equal((4, ended.SpentMicros), (usage.Count, usage.Sum(u => u.AmountMicros)));
        Assert.All(usage, u => Assert.Equal((UsageSource.Augmentation, run.Id, false), (u.Source, u.SubjectId, u.IsEstimated)));
        Assert.Equal(ReservationState.Settled, (await _rig.ReservationAsync(run.Id)).State);
        Assert.InRange(ended.SpentMicros, 1, quote.Quote.WorstMicros);
        Assert.All(_rig.Model.Vertex.Calls, c => Assert.All(before.Where(f => f.Split is not Split.Train), f => Assert.DoesNotContain(f.Input, c.Request.Contents[0].Parts[0].Text!, StringComparison.Ordinal)));
        Assert.All(_rig.Model.Vertex.Calls, c => Assert.Equal(("application/json", 1.0), (c.Request.GenerationConfig!.ResponseMimeType, c.Request.GenerationConfig.Temperature)));

        var drafts = (await _rig.Drafts.ListAsync(_rig.ProjectId, run.Id, null, 0, s_ct)).Drafts;
        await _rig.Drafts.EditAsync(_rig.ProjectId, run.Id, drafts[0].Id, "what a person made of it in the end", "card", s_ct);
        await _rig.Drafts.RejectAsync(_rig.ProjectId, run.Id, drafts[1].Id, s_ct);
        Assert.Equal((5, 0), await _rig.Drafts.AcceptManyAsync(_rig.ProjectId, run.Id, null, s_ct));
        var first = (await _rig.Drafts.ListAsync(_rig.ProjectId, run.Id, DraftState.Accepted, 0, s_ct)).Drafts[0];
        Assert.Equal(61, await _rig.Drafts.AcceptAsync(_rig.ProjectId, run.Id, first.Id, s_ct));
        Assert.Equal(("", 5), (first.Input, first.Seeds.Count));
        var row = await _rig.Data.Rows.GetAsync(_rig.ProjectId, 61, s_ct);
        Assert.Equal((RowOrigin.Synthetic, "what a person made of it in the end"), (row.Origin, row.Input));
        await _rig.Data.Edits.EditAsync(_rig.ProjectId, 61, row.Revision, new RowDraft("and then somebody changed it once more", "card"), s_ct);
        Assert.Equal(RowOrigin.Synthetic, (await _rig.Data.Rows.GetAsync(_rig.ProjectId, 61, s_ct)).Origin);
        Assert.Equal(5, (await _rig.Data.Rows.ListAsync(_rig.ProjectId, new RowQuery(Status: RowStatus.Synthetic), s_ct)).Rows.Count);

        var second = await _rig.Data.FreezeAsync(_rig.ProjectId);
        var after = await _rig.FrozenAsync(second.Id);
        Assert.Equal((5, 0), (second.SyntheticCount, second.LeftOutCount));
        Assert.Equal(Enumerable.Range(61, 5).Select(n => (n, Split.Train)), after.Where(f => f.IsSynthetic).Select(f => (f.Number, f.Split)));
        Assert.Equal(before.Select(f => (f.Number, f.Split)), after.Where(f => !f.IsSynthetic).Select(f => (f.Number, f.Split)));
    }

    [Fact]
    public async Task Freeze_OfARowMadeFromOneThatIsKeptAsideByNow_LeavesItOut()
    {
        await _rig.SeedAsync();
        var run = await _rig.Service.StartAsync(_rig.ProjectId, _rig.Order with { Rows = 2 }, s_ct);
        await _rig.PumpAsync();
        await _rig.Drafts.AcceptManyAsync(_rig.ProjectId, run.Id, null, s_ct);
        var validated = (await _rig.FrozenAsync(_rig.Version.Id)).First(f => f.Split is Split.Validation);
        await using (var db = _rig.Model.Database.CreateDbContext())
        {
            // As if it had been shown a row that is kept aside in this version.
            var seeds = $"{validated.Number}";
            await db.SyntheticDrafts.Where(d => d.RowNumber == 61).ExecuteUpdateAsync(set => set.SetProperty(d => d.SeedNumbers, seeds), s_ct);
        }

        var second = await _rig.Data.FreezeAsync(_rig.ProjectId);

        Assert.Equal((1, 1), (second.SyntheticCount, second.LeftOutCount));
        Assert.DoesNotContain(await _rig.FrozenAsync(second.Id), f => f.Number is 61);
        Assert.Equal(61, second.Count);
    }

    [Fact]
    public async Task AcceptManyAsync_OfManyAtOnce_LeavesWhatOneByOneIsRefused()
    {
        await _rig.SeedAsync();
        var run = await _rig.Service.StartAsync(_rig.ProjectId, _rig.Order, s_ct);
        await _rig.PumpAsync();
        var drafts = (await _rig.Drafts.ListAsync(_rig.ProjectId, run.Id, null, 0, s_ct)).Drafts;
        var frozen = await _rig.FrozenAsync(_rig.Version.Id);
        // Like each other, like a row that somebody added since, like one that is kept aside, like one that is trained on.
        await EditAsync(1, drafts[0].Input + " !");
        await _rig.Data.Edits.AddAsync(_rig.ProjectId, new RowDraft(drafts[2].Input.ToUpperInvariant(), "card"), s_ct);
        await EditAsync(3, frozen.First(f => f.Split is Split.Test).Input + " !");
        await EditAsync(4, frozen.First(f => f.Split is Split.Train).Input);
        await _rig.Drafts.RejectAsync(_rig.ProjectId, run.Id, drafts[5].Id, s_ct);

        await Assert.ThrowsAsync<NotFoundException>(() => _rig.Drafts.AcceptManyAsync(_rig.ProjectId, run.Id, [drafts[0].Id, "sdr_never"], s_ct));
        await Assert.ThrowsAsync<PortalException>(() => _rig.Drafts.AcceptManyAsync(_rig.ProjectId, run.Id, [drafts[0].Id, drafts[5].Id], s_ct));
        Assert.Equal((1, 0), await _rig.Drafts.AcceptManyAsync(_rig.ProjectId, run.Id, [drafts[19].Id], s_ct));
        Assert.Equal((14, 4), await _rig.Drafts.AcceptManyAsync(_rig.ProjectId, run.Id, null, s_ct));

        var left = (await _rig.Drafts.ListAsync(_rig.ProjectId, run.Id, DraftState.Open, 0, s_ct)).Drafts;
        Assert.Equal([2, 3, 4, 5], left.Select(d => d.Place));
        foreach (var draft in left)
        {
            await Assert.ThrowsAsync<TooAlikeException>(() => _rig.Drafts.AcceptAsync(_rig.ProjectId, run.Id, draft.Id, s_ct));
        }

        // What was read once is believed until somebody changes a row.
        await using var db = _rig.Model.Database.CreateDbContext();
        var likeness = await DraftLikeness.ReadAsync(db, run, left, s_ct);
        Assert.True(await likeness.IsAlikeAsync(db, left[0], s_ct));
        await _rig.Data.Edits.AddAsync(_rig.ProjectId, new RowDraft("something else altogether that a person adds meanwhile", "card"), s_ct);
        Assert.Null(await likeness.IsAlikeAsync(db, left[0], s_ct));

        Task EditAsync(int place, string input) => _rig.Drafts.EditAsync(_rig.ProjectId, run.Id, drafts[place].Id, input, "card", s_ct);
    }

    /// <summary>Our own table, out and back in: what a model wrote stays so, whatever a spreadsheet or somebody in a hurry makes of the cell.</summary>
    [Fact]
    public async Task Download_BroughtBackIn_KeepsWhatAModelWroteOutOfValidationAndTest()
    {
        await _rig.SeedAsync();
        var run = await _rig.Service.StartAsync(_rig.ProjectId, _rig.Order with { Rows = 5 }, s_ct);
        await _rig.PumpAsync();
        Assert.Equal((5, 0), await _rig.Drafts.AcceptManyAsync(_rig.ProjectId, run.Id, null, s_ct));
        var version = await _rig.Data.FreezeAsync(_rig.ProjectId);
        List<string> lines = [];
        await foreach (var line in _rig.Data.Downloads.LinesAsync(version.Id, [Split.Train, Split.Validation], DownloadShape.Csv, s_ct))
        {
            lines.Add(line);
        }

        Assert.Equal(5, lines.Count(l => l.Contains("\"yes\"", StringComparison.Ordinal)));
        var table = string.Concat(lines);
        foreach (var (what, changed) in new[]
        {
            ("as it is", table), ("by a spreadsheet", table.Replace("\"yes\"", "\" Yes \"", StringComparison.Ordinal)), ("emptied", table.Replace("\"yes\"", "\"\"", StringComparison.Ordinal)),
            ("without the column", table.Replace("\"synthetic\"", "\"note\"", StringComparison.Ordinal)),
        })
        {
            await _rig.Data.ImportAsync(_rig.ProjectId, changed, $"{what}.csv");
            Assert.True((await _rig.Data.Rows.ListAsync(_rig.ProjectId, new RowQuery(Status: RowStatus.Synthetic), s_ct)).Total is 5, what);
        }

        await _rig.Data.DecideAsync(_rig.ProjectId);
        var again = await _rig.Data.FreezeAsync(_rig.ProjectId);
        Assert.Equal(5, again.SyntheticCount + again.LeftOutCount);
        Assert.DoesNotContain(await _rig.FrozenAsync(again.Id), f => f is { IsSynthetic: true, Split: not Split.Train });

        // Elsewhere nobody knows them: there the cell alone says it, and what it does not say is asked for.
        var elsewhere = await _rig.Data.CreateProjectAsync();
        var denied = await _rig.Data.ImportAsync(elsewhere, table.Replace("\"yes\"", "\"no\"", StringComparison.Ordinal), "denied.csv");
        Assert.Equal(5, denied.SetAsideCount);
        await using var db = _rig.Model.Database.CreateDbContext();
        Assert.All(await db.Examples.Where(e => e.ImportId == denied.Id && e.SetAsideBy == FindingRule.Unreadable).Select(e => e.Reason).ToListAsync(s_ct), r => Assert.Contains("neither yes nor empty", r, StringComparison.Ordinal));
        await _rig.Data.ImportAsync(elsewhere, table, "kept.csv");
        Assert.Equal(5, (await _rig.Data.Rows.ListAsync(elsewhere, new RowQuery(Status: RowStatus.Synthetic), s_ct)).Total);
    }

    [Fact]
    public async Task RunAsync_KilledDuringACall_ChargesItByAnEstimateAndDoesNotRepeatIt()
    {
        await _rig.SeedAsync();
        var run = await _rig.Service.StartAsync(_rig.ProjectId, _rig.Order with { Rows = 30 }, s_ct);
        await _rig.StepAsync(run.Id);
        using var killed = new CancellationTokenSource();
        _rig.Model.Vertex.Respond = prompt =>
        {
            killed.Cancel();
            return AugmentRig.Answer(_rig.Fresh(prompt));
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _rig.StepAsync(run.Id, killed.Token));
        Assert.NotNull((await _rig.ReadAsync(run.Id)).AskedAt);
        _rig.Model.Vertex.Respond = prompt => AugmentRig.Answer(_rig.Fresh(prompt));

        await _rig.PumpAsync();

        var ended = await _rig.ReadAsync(run.Id);
        Assert.Equal((AugmentationState.Succeeded, 3, 1, new DraftCounts(20, 0, 0, 0, 0, 10)), (ended.State, ended.CallsDone, ended.LostCalls, ended.Counts));
        Assert.Equal(3, _rig.Model.Vertex.Calls.Count);
        var usage = await _rig.Model.UsageAsync();
        Assert.Equal((6, 2, ended.SpentMicros), (usage.Count, usage.Count(u => u.IsEstimated), usage.Sum(u => u.AmountMicros)));
        Assert.Equal(ReservationState.Settled, (await _rig.ReservationAsync(run.Id)).State);
        var drafts = (await _rig.Drafts.ListAsync(_rig.ProjectId, run.Id, null, 0, s_ct)).Drafts;
        Assert.Equal(20, drafts.Select(d => d.Input).Distinct().Count());
    }

    [Fact]
    public async Task RunAsync_DiesBetweenItsSteps_IsWokenByTheSweepOnceItsLeaseIsOver()
    {
        await _rig.SeedAsync();
        var run = await _rig.Service.StartAsync(_rig.ProjectId, _rig.Order, s_ct);
        await _rig.StepAsync(run.Id);
        await using (var db = _rig.Model.Database.CreateDbContext())
        {
            var (token, until) = ("somebody's", _rig.Model.Now.AddMinutes(6));
            await db.Augmentations.ExecuteUpdateAsync(set => set.SetProperty(a => a.LeaseToken, token).SetProperty(a => a.LeaseUntil, until), s_ct);
        }

        _rig.Model.Jobs.Waiting.Clear();
        await _rig.StepAsync(run.Id);
        Assert.Single(_rig.Model.Vertex.Calls);
        Assert.Equal(0, await _rig.SweepAsync());
        _rig.Model.Time.Advance(TimeSpan.FromMinutes(7));
        Assert.Equal(1, await _rig.SweepAsync());
        await _rig.PumpAsync();

        Assert.Equal((AugmentationState.Succeeded, 20, 0), ((await _rig.ReadAsync(run.Id)).State, (await _rig.ReadAsync(run.Id)).Counts.New, (await _rig.ReadAsync(run.Id)).LostCalls));
    }

    [Fact]
    public async Task RunAsync_TakenOverDuringACall_TheLateAnswerChangesNothing()
    {
        await _rig.SeedAsync();
        var run = await _rig.Service.StartAsync(_rig.ProjectId, _rig.Order with { Rows = 10 }, s_ct);
        var calls = 0;
        _rig.Model.Vertex.Respond = prompt =>
        {
            if (Interlocked.Increment(ref calls) is 1)
            {
                // This worker sleeps past its lease, and another one finds the call without an answer.
                _rig.Model.Time.Advance(TimeSpan.FromMinutes(7));
                _rig.StepAsync(run.Id).GetAwaiter().GetResult();
            }

            return AugmentRig.Answer(_rig.Fresh(prompt));
        };

        await _rig.StepAsync(run.Id);
        await _rig.PumpAsync();

        var ended = await _rig.ReadAsync(run.Id);
        Assert.Equal((AugmentationState.Succeeded, 1, 1, 0), (ended.State, ended.CallsDone, ended.LostCalls, ended.Counts.New));
        Assert.Equal(ended.SpentMicros, (await _rig.Model.UsageAsync()).Sum(u => u.AmountMicros));
        Assert.Equal(0, (await _rig.Drafts.ListAsync(_rig.ProjectId, run.Id, null, 0, s_ct)).Total);
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests, "RESOURCE_EXHAUSTED", AugmentationState.Succeeded)]
    [InlineData(HttpStatusCode.Forbidden, "PERMISSION_DENIED", AugmentationState.Failed)]
    public async Task RunAsync_VendorRefuses_WaitsWhereItIsBusyAndChargesNothingForIt(HttpStatusCode code, string status, AugmentationState state)
    {
        await _rig.SeedAsync();
        var run = await _rig.Service.StartAsync(_rig.ProjectId, _rig.Order with { Rows = 10 }, s_ct);
        _rig.Model.Vertex.Respond = _ => FakeVertex.Error(code, status, "Not now.");
        await _rig.StepAsync(run.Id);
        Assert.Empty(await _rig.Model.UsageAsync());
        _rig.Model.Vertex.Respond = prompt => AugmentRig.Answer(_rig.Fresh(prompt));

        await _rig.PumpAsync();

        var ended = await _rig.ReadAsync(run.Id);
        Assert.Equal((state, state is AugmentationState.Succeeded ? 2 : 0), (ended.State, (await _rig.Model.UsageAsync()).Count));
        Assert.Equal(state is AugmentationState.Succeeded ? ReservationState.Settled : ReservationState.Released, (await _rig.ReservationAsync(run.Id)).State);
    }

    [Fact]
    public async Task CancelAsync_BetweenCalls_KeepsWhatIsWrittenAndGivesBackTheRest()
    {
        await _rig.SeedAsync();
        var run = await _rig.Service.StartAsync(_rig.ProjectId, _rig.Order with { Rows = 30 }, s_ct);
        await _rig.StepAsync(run.Id);

        await _rig.Service.CancelAsync(_rig.ProjectId, run.Id, s_ct);
        await _rig.PumpAsync();

        var ended = await _rig.ReadAsync(run.Id);
        Assert.Equal((AugmentationState.Cancelled, 1, 10), (ended.State, ended.CallsDone, ended.Counts.New));
        Assert.Equal(ReservationState.Settled, (await _rig.ReservationAsync(run.Id)).State);
        Assert.Equal(1, await _rig.Service.StartAsync(_rig.ProjectId, _rig.Order, s_ct) is { } ? 1 : 0);
    }

    [Fact]
    public async Task RunAsync_StarterLostTheRightBeforeItBegan_StopsWithoutACallOrACharge()
    {
        await _rig.SeedAsync();
        await _rig.Model.Database.SetMemberAsync("org_test", "usr_olivia", MemberRole.Editor);
        _rig.Model.Get<CurrentMember>().Enter(
            new Membership("org_test", "Northwind", "northwind", TenantKind.Customer, MemberRole.Editor),
            new ClaimsPrincipal(new ClaimsIdentity([new Claim(PortalClaims.UserId, "usr_olivia"), new Claim("name", "Olivia")])));
        var run = await _rig.Service.StartAsync(_rig.ProjectId, _rig.Order, s_ct);
        await _rig.Model.Database.SetMemberAsync("org_test", "usr_olivia", MemberRole.Viewer);

        await _rig.PumpAsync();

        var ended = await _rig.ReadAsync(run.Id);
        Assert.Equal((AugmentationState.Failed, 0L), (ended.State, ended.SpentMicros));
        Assert.Empty(_rig.Model.Vertex.Calls);
        Assert.Equal(ReservationState.Released, (await _rig.ReservationAsync(run.Id)).State);
        await using var db = _rig.Model.Database.CreateDbContext();
        Assert.Equal(run.Id, (await db.Set<AuditEntry>().SingleAsync(e => e.Action == StandingRight.Action, s_ct)).TargetId);
    }

    [Theory]
    [InlineData(MemberRole.Viewer)]
    [InlineData(MemberRole.Reviewer)]
    [InlineData(MemberRole.Billing)]
    public async Task StartAndAccept_WithoutTheRights_AreRefused(MemberRole role)
    {
        await _rig.SeedAsync(30);
        var run = await _rig.Service.StartAsync(_rig.ProjectId, _rig.Order with { Rows = 1 }, s_ct);
        await _rig.PumpAsync();
        var draft = (await _rig.Drafts.ListAsync(_rig.ProjectId, run.Id, null, 0, s_ct)).Drafts.Single();
        _rig.Model.Get<CurrentMember>().Enter(
            new Membership("org_test", "Northwind", "northwind", TenantKind.Customer, role), new ClaimsPrincipal(new ClaimsIdentity([new Claim(PortalClaims.UserId, "usr_vera"), new Claim("name", "Vera")])));

        await Assert.ThrowsAnyAsync<PortalException>(() => _rig.Service.QuoteAsync(_rig.ProjectId, _rig.Order, s_ct));
        await Assert.ThrowsAnyAsync<PortalException>(() => _rig.Service.StartAsync(_rig.ProjectId, _rig.Order, s_ct));
        await Assert.ThrowsAnyAsync<PortalException>(() => _rig.Drafts.AcceptAsync(_rig.ProjectId, run.Id, draft.Id, s_ct));
        await Assert.ThrowsAnyAsync<PortalException>(() => _rig.Drafts.RejectAsync(_rig.ProjectId, run.Id, draft.Id, s_ct));
    }

    [Fact]
    public async Task StartAsync_BeyondABudgetOrAnAgreedPrice_BeginsNothing()
    {
        await _rig.SeedAsync(30);
        await Assert.ThrowsAnyAsync<PortalException>(() => _rig.Service.StartAsync(_rig.ProjectId, _rig.Order with { AgreedWorstMicros = 1 }, s_ct));
        await using (var db = _rig.Model.Database.CreateDbContext())
        {
            var budget = new Budget { Kind = BudgetKind.Organization, ScopeId = Budget.OfOrganization };
            budget.Set(1, "Olivia", _rig.Model.Now);
            budget.Begin(0, _rig.Model.Now);
            db.Budgets.Add(budget);
            await db.SaveChangesAsync(s_ct);
        }

        await Assert.ThrowsAsync<BudgetExceededException>(() => _rig.Service.StartAsync(_rig.ProjectId, _rig.Order, s_ct));

        await using var after = _rig.Model.Database.CreateDbContext();
        Assert.Equal((0, 0), (await after.Augmentations.CountAsync(s_ct), await after.Reservations.CountAsync(s_ct)));
        Assert.Empty(_rig.Model.Jobs.Waiting);
    }
}
