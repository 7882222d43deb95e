using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Tenancy;

/// <summary>What an engagement opens, what it does not, and when it ends: through the gate, as pages and requests do.</summary>
public sealed class EngagementServiceTests : IAsyncLifetime
{
    private readonly EngagementRig _rig = new();

    public async ValueTask InitializeAsync() => await _rig.BeginAsync();

    public ValueTask DisposeAsync()
    {
        _rig.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Enter_BeforeTheApproval_IsRefused()
    {
        await _rig.AsAsync("carla", "fieldwork", s => s.RequestAsync("northwind", _rig.Grant([Permission.Tune]), [_rig.IdOf("carla")], "", CancellationToken.None));

        Assert.Null(await _rig.EnterAsync("carla", "northwind"));
    }

    [Fact]
    public async Task Consultant_SeesGrantedProjectsAndVerbsAlone()
    {
        var granted = await _rig.ProjectAsync("Granted");
        var hidden = await _rig.ProjectAsync("Hidden");
        await _rig.EngageAsync(_rig.Grant([Permission.DefineTask], [granted]));

        await using var scope = await _rig.EnterAsync("carla", "northwind") ?? throw new InvalidOperationException("Not admitted.");
        var (projects, current) = (scope.ServiceProvider.GetRequiredService<ProjectService>(), scope.ServiceProvider.GetRequiredService<CurrentMember>());
        Assert.Equal(["Granted"], (await projects.ListAsync(CancellationToken.None)).Select(p => p.Name));
        await Assert.ThrowsAsync<NotFoundException>(() => projects.GetAsync(hidden, CancellationToken.None));
        await projects.RenameAsync(granted, "Renamed", CancellationToken.None);
        await Assert.ThrowsAsync<PortalException>(() => projects.CreateAsync("Another", CancellationToken.None));
        Assert.Throws<ForbiddenException>(() => current.Require(Permission.ReadRows));
        Assert.Throws<ForbiddenException>(() => current.Require(Permission.Tune));
        await Assert.ThrowsAsync<ForbiddenException>(() => scope.ServiceProvider.GetRequiredService<EngagementService>().ListAsync(CancellationToken.None));

        Assert.Null(await _rig.EnterAsync("carlas-editor", "northwind"));
        Assert.Null(await _rig.EnterAsync("carla", "harbour"));
    }

    [Fact]
    public async Task Grant_OfAProjectThatIsNotTheClients_IsRefused()
    {
        var own = await _rig.ProjectAsync("Own");
        var others = await _rig.AsAsync("ben", "harbour", async s => (await s.GetRequiredService<ProjectService>().CreateAsync("Others", CancellationToken.None)).Id);
        var asked = await _rig.AsAsync("carla", "fieldwork", async s => (await s.GetRequiredService<EngagementService>()
            .RequestAsync("northwind", _rig.Grant([Permission.Tune]), [_rig.IdOf("carla")], "", CancellationToken.None)).Id);

        foreach (var id in new[] { others, "prj_never" })
        {
            var grant = _rig.Grant([Permission.Tune], [own, id]);
            await Assert.ThrowsAsync<NotFoundException>(() => _rig.AsAsync("olivia", "northwind", s => s.ApproveAsync(asked, grant, CancellationToken.None)));
            await Assert.ThrowsAsync<NotFoundException>(() => _rig.AsAsync("olivia", "northwind", s => s.RequestAsync("fieldwork", grant, [], "", CancellationToken.None)));
        }

        await _rig.AsAsync("olivia", "northwind", s => s.ApproveAsync(asked, _rig.Grant([Permission.Tune], [own]), CancellationToken.None));
        await Assert.ThrowsAsync<NotFoundException>(() => _rig.AsAsync("olivia", "northwind", s => s.ChangeAsync(asked, _rig.Grant([Permission.Tune], [others]), CancellationToken.None)));
        await Assert.ThrowsAsync<PortalException>(() => _rig.AsAsync("carla", "fieldwork", s => s.RequestAsync("harbour", _rig.Grant([Permission.Tune], [others]), [_rig.IdOf("carla")], "", CancellationToken.None)));
    }

    [Fact]
    public async Task Operation_AfterTheLastDay_IsRefused()
    {
        await _rig.EngageAsync(_rig.Grant([]));
        await using var scope = await _rig.EnterAsync("carla", "northwind") ?? throw new InvalidOperationException("Not admitted.");

        _rig.Time.Advance(TimeSpan.FromDays(30));

        await AssertEndedAsync(scope);
    }

    [Theory]
    [InlineData("olivia", "northwind")]
    [InlineData("carla", "fieldwork")]
    public async Task Operation_AfterEitherSideEnded_IsRefused(string person, string slug)
    {
        var id = await _rig.EngageAsync(_rig.Grant([]));
        await using var scope = await _rig.EnterAsync("carla", "northwind") ?? throw new InvalidOperationException("Not admitted.");

        await _rig.AsAsync(person, slug, s => s.EndAsync(id, CancellationToken.None));
        _rig.Time.Advance(TimeSpan.FromSeconds(2));

        await AssertEndedAsync(scope);
    }

    [Fact]
    public async Task Operation_AfterLeavingTheConsultancy_IsRefused()
    {
        await _rig.EngageAsync(_rig.Grant([]));
        await using var scope = await _rig.EnterAsync("carla", "northwind") ?? throw new InvalidOperationException("Not admitted.");

        await _rig.RemoveFromConsultancyAsync("carla");
        _rig.Time.Advance(TimeSpan.FromSeconds(2));

        await AssertEndedAsync(scope);
    }

    [Fact]
    public async Task Change_WhileSomebodyIsInside_ReachesThem()
    {
        var id = await _rig.EngageAsync(_rig.Grant([Permission.ReadRows]));
        await using var scope = await _rig.EnterAsync("carla", "northwind") ?? throw new InvalidOperationException("Not admitted.");
        var current = scope.ServiceProvider.GetRequiredService<CurrentMember>();
        current.Require(Permission.ReadRows);

        await _rig.AsAsync("olivia", "northwind", s => s.ChangeAsync(id, _rig.Grant([]), CancellationToken.None));
        _rig.Time.Advance(TimeSpan.FromSeconds(2));

        var changed = await Assert.ThrowsAsync<AccessChangedException>(() => scope.ServiceProvider.GetRequiredService<ProjectService>().ListAsync(CancellationToken.None));
        Assert.False(changed.Ended);
        Assert.Throws<ForbiddenException>(() => current.Require(Permission.ReadRows));
    }

    [Fact]
    public async Task Acts_StandInBothLogs_EachOnce()
    {
        var id = await _rig.EngageAsync(_rig.Grant([Permission.Tune]));
        await using (await _rig.EnterAsync("carla", "northwind") ?? throw new InvalidOperationException("Not admitted."))
        {
        }

        await using (await _rig.EnterAsync("carla", "northwind") ?? throw new InvalidOperationException("Not admitted."))
        {
        }

        await _rig.AsAsync("olivia", "northwind", s => s.EndAsync(id, CancellationToken.None));
        await _rig.RunJobsAsync();

        string[] expected = ["consultant.visited", "engagement.approved", "engagement.ended", "engagement.requested"];
        var (theirs, ours) = (await _rig.LogAsync("northwind"), await _rig.LogAsync("fieldwork"));
        Assert.Equal(expected, theirs.Select(e => e.Action).Order(StringComparer.Ordinal));
        Assert.Equal(expected, ours.Select(e => e.Action).Order(StringComparer.Ordinal));
        var visit = theirs.Single(e => e.Action is "consultant.visited");
        Assert.Equal(("carla", "Fieldwork Partners", id, "10.0.0.7"), (visit.ActorName, visit.Via, visit.ViaId, visit.Address));
        Assert.Equal(("olivia", "Northwind Travel"), ours.Where(e => e.Action is "engagement.ended").Select(e => (e.ActorName, e.Via)).Single());
        Assert.All(ours.Concat(theirs), e => Assert.Equal(e.ComputeHash(), e.Hash));
    }

    [Fact]
    public async Task Request_ToANameThatNobodyHas_LooksAsADeclinedOne()
    {
        var request = (EngagementService s, string slug) => s.RequestAsync(slug, _rig.Grant([]), [_rig.IdOf("carla")], "", CancellationToken.None);
        await _rig.AsAsync("carla", "fieldwork", s => request(s, "nobody-has-this"));
        await _rig.AsAsync("carla", "fieldwork", s => request(s, "harbour"));
        var asked = await _rig.AsAsync("ben", "harbour", s => s.GetRequiredService<EngagementService>().ListAsync(CancellationToken.None));
        await _rig.AsAsync("ben", "harbour", s => s.DeclineAsync(Assert.Single(asked).Engagement.Id, CancellationToken.None));
        await _rig.RunJobsAsync();

        var seen = await _rig.AsAsync("carla", "fieldwork", s => s.GetRequiredService<EngagementService>().ListAsync(CancellationToken.None));
        var now = _rig.Time.GetUtcNow().UtcDateTime;
        Assert.Equal(["harbour", "nobody-has-this"], seen.Select(r => r.OtherName).Order(StringComparer.Ordinal));
        Assert.All(seen, r => Assert.Equal(("No answer yet", (string?)null), (EngagementWords.State(r, now), r.OtherSlug)));
        Assert.All(seen, r => Assert.Equal("Not answered", EngagementWords.State(r, now + Engagement.AnsweredWithin)));
        foreach (var slug in new[] { "nobody-has-this", "harbour" })
        {
            var again = await Assert.ThrowsAsync<PortalException>(() => _rig.AsAsync("carla", "fieldwork", s => request(s, slug)));
            Assert.StartsWith($"You asked {slug} on", again.Message, StringComparison.Ordinal);
            await _rig.AsAsync("carla", "fieldwork", s => s.EndAsync(seen.Single(r => r.OtherName == slug).Engagement.Id, CancellationToken.None));
        }

        Assert.DoesNotContain(await _rig.LogAsync("fieldwork"), e => e.Action is "engagement.declined");
        Assert.Contains(await _rig.LogAsync("harbour"), e => e.Action is "engagement.declined");
    }

    [Fact]
    public async Task Offer_OfTheClient_RunsOnceTheConsultancyAccepts()
    {
        await _rig.AsAsync("olivia", "northwind", s => s.RequestAsync("fieldwork", _rig.Grant([Permission.RunModels]), [], "", CancellationToken.None));
        Assert.Null(await _rig.EnterAsync("carlas-editor", "northwind"));

        var row = Assert.Single(await _rig.AsAsync("carla", "fieldwork", s => s.GetRequiredService<EngagementService>().ListAsync(CancellationToken.None)));
        await _rig.AsAsync("carla", "fieldwork", s => s.AcceptAsync(row.Engagement.Id, [_rig.IdOf("carlas-editor")], CancellationToken.None));

        await using var inside = await _rig.EnterAsync("carlas-editor", "northwind");
        Assert.NotNull(inside);
        Assert.Null(await _rig.EnterAsync("carla", "northwind"));
    }

    [Fact]
    public async Task Acts_OfSomebodyElse_AreRefused()
    {
        var id = await _rig.EngageAsync(_rig.Grant([]));

        await Assert.ThrowsAsync<NotFoundException>(() => _rig.AsAsync("ben", "harbour", s => s.EndAsync(id, CancellationToken.None)));
        await Assert.ThrowsAsync<ForbiddenException>(() => _rig.AsAsync("olivias-editor", "northwind", s => s.EndAsync(id, CancellationToken.None)));
        await Assert.ThrowsAsync<ForbiddenException>(() => _rig.AsAsync("carla", "northwind", s => s.ChangeAsync(id, _rig.Grant([Permission.ReadRows]), CancellationToken.None)));
        await Assert.ThrowsAsync<NotFoundException>(() => _rig.AsAsync("carla", "fieldwork", s => s.ChangeAsync(id, _rig.Grant([Permission.ReadRows]), CancellationToken.None)));
        await Assert.ThrowsAsync<PortalException>(() => _rig.AsAsync("carla", "fieldwork", s => s.RequestAsync("harbour", _rig.Grant([]), [_rig.IdOf("ben")], "", CancellationToken.None)));
    }

    [Fact]
    public async Task Board_ShowsGrantedFiguresAlone_AndStandsInTheLog()
    {
        var granted = await _rig.ProjectAsync("Granted");
        await _rig.ProjectAsync("Hidden");
        await _rig.EngageAsync(_rig.Grant([], [granted]));
        _rig.Time.Advance(TimeSpan.FromDays(3));

        var row = Assert.Single(await _rig.AsAsync("carla", "fieldwork", s => BoardAsync(s, "carla")));

        Assert.Equal(("Northwind Travel", "Granted", 1, 3), (row.Name, row.ProjectName, row.Projects, row.IdleDays));
        Assert.Null(row.SpentMicros);
        Assert.Equal((1, "Project defined", $"/o/northwind/projects/{granted}/define"), (row.Onboarding?.Done, row.Onboarding?.Next?.Name, row.Onboarding?.Next?.Href));
        Assert.StartsWith("Still missing", row.Next?.Status.Fact, StringComparison.Ordinal);
        Assert.Empty(await _rig.AsAsync("carlas-editor", "fieldwork", s => BoardAsync(s, "carlas-editor")));
        Assert.Single(await _rig.LogAsync("northwind"), e => e.Action is "consultant.read-figures");
    }

    /// <summary>Of two clients one lets its costs be seen: the sum is of that one, and of the other nothing is told anywhere.</summary>
    [Fact]
    public async Task Board_OfTwoClients_SumsAndExportsOnlyCostsThatAreGranted()
    {
        var shown = await _rig.ProjectAsync("Shown");
        var unseen = await _rig.ProjectAsync("Unseen");
        await _rig.UseAsync("northwind", shown, 1_250_001);
        await _rig.UseAsync("northwind", unseen, 40_000_000);
        await _rig.UseAsync("harbour", await _rig.ProjectAsync("Secret", "ben", "harbour"), 77_000_000);
        await _rig.EngageAsync(_rig.Grant([Permission.ViewBilling], [shown]));
        await _rig.EngageAsync(_rig.Grant([Permission.RunModels]), "ben", "harbour");

        var rows = await _rig.AsAsync("carla", "fieldwork", s => BoardAsync(s, "carla"));

        Assert.Equal([("Harbour Insurance", (long?)null), ("Northwind Travel", 1_250_001)], rows.OrderBy(r => r.Name, StringComparer.Ordinal).Select(r => (r.Name, r.SpentMicros)));
        Assert.Equal((1_250_001, 1), ClientBoard.TotalOf(rows));
        Assert.Null(ClientBoard.TotalOf([.. rows.Where(r => r.SpentMicros is null)]));
        var csv = ClientsApi.CsvOf(ClientBoard.Sorted(rows, "client"), _rig.Time.GetUtcNow().UtcDateTime).Split("\r\n");
        Assert.Contains("\"yes\",\"1.250001\",\"USD\"", csv[2], StringComparison.Ordinal);
        Assert.Contains("\"no\",\"\",\"\"", csv[1], StringComparison.Ordinal);
        Assert.DoesNotContain("77", string.Concat(csv), StringComparison.Ordinal);
    }

    /// <summary>Of two that wait, the one that waits longer; one that nothing holds up does not stand before it, however idle.</summary>
    [Fact]
    public async Task Board_OfSeveralProjects_ShowsTheNeediest()
    {
        var defined = await _rig.ProjectAsync("Defined");
        await _rig.AsAsync("olivia", "northwind", async s =>
        {
            await s.GetRequiredService<ProjectService>().SaveTaskAsync(defined, new TaskDraft("Route.", TaskKind.Classify, "Classify.", [], MetricKind.Accuracy, 0.9), CancellationToken.None);
            return 0;
        });
        _rig.Time.Advance(TimeSpan.FromDays(1));
        await _rig.ProjectAsync("Waits longer");
        _rig.Time.Advance(TimeSpan.FromDays(1));
        await _rig.ProjectAsync("Waits");
        await _rig.EngageAsync(_rig.Grant([]));

        var row = Assert.Single(await _rig.AsAsync("carla", "fieldwork", s => BoardAsync(s, "carla")));

        Assert.Equal(("Waits longer", 3, 1), (row.ProjectName, row.Projects, row.IdleDays));
        Assert.Single(row.Steps);
        Assert.Equal((2, null), (row.Onboarding?.Done, row.Onboarding?.Next));
    }

    private async Task<IReadOnlyList<ClientRow>> BoardAsync(IServiceProvider services, string person) =>
        await services.GetRequiredService<ClientBoard>().ReadAsync(
            _rig.Person(person), await services.GetRequiredService<EngagementService>().ListAsync(CancellationToken.None), CancellationToken.None);

    private static async Task AssertEndedAsync(AsyncServiceScope scope)
    {
        var ended = await Assert.ThrowsAsync<AccessChangedException>(() => scope.ServiceProvider.GetRequiredService<ProjectService>().ListAsync(CancellationToken.None));
        Assert.True(ended.Ended);
        Assert.Equal(GateState.Closed, await scope.ServiceProvider.GetRequiredService<MemberGate>().CheckAsync(CancellationToken.None));
    }
}
