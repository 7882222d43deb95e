using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Persistence;
using Portal.Tests.Features.Leave;
using Portal.Tests.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Define;

/// <summary>What a playbook carries from a client to a consultancy, what it never does, and who may.</summary>
public sealed class PlaybookTests : IAsyncLifetime
{
    private const string Canary = "canary4f19c zzq";

    private static readonly Permission[] s_takes = [Permission.ManagePlaybooks, Permission.DefineTask];

    private readonly EngagementRig _rig = new();

    public async ValueTask InitializeAsync() => await _rig.BeginAsync();

    public ValueTask DisposeAsync()
    {
        _rig.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Every text of every table of the client is the canary; goal and instruction alone are not.</summary>
    [Fact]
    public async Task Save_OfAProjectFullOfCanaries_CarriesNone()
    {
        await CanaryRows.PlantAsync(_rig.Database, await _rig.TenantIdAsync("northwind"), Canary);
        var planted = await PrepareAsync();
        await _rig.EngageAsync(_rig.Grant(s_takes));

        Assert.NotEmpty(await SaveAsync("carla", planted, d => d with { Instruction = $"Classify. {Canary}" }));
        Assert.NotEmpty(await SaveAsync("carla", planted, d => d with { Name = Canary }));
        Assert.Empty(await SaveAsync("carla", planted, d => d));

        var saved = Assert.Single(await _rig.ReadAsync("fieldwork", db => db.Playbooks.AsNoTracking().ToListAsync()));
        Assert.Equal(["tuning"], saved.Content.Settings.Keys);
        foreach (var text in new[] { Canary, "canary4f19c", "zzq", planted, await _rig.TenantIdAsync("northwind"), "Northwind", "northwind" })
        {
            Assert.DoesNotContain(text, saved.ContentJson, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(text, saved.Name, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Save_OfWhatStandsInRows_IsRefusedPieceByPiece()
    {
        var project = await FilledProjectAsync();
        await _rig.EngageAsync(_rig.Grant([.. s_takes, Permission.ReadRows]));

        var found = await SaveAsync("carla", project, d => d with
        {
            Goal = "For Northwind Travel.", Instruction = "Sort as lost bag. Example: my bag was left in Lisbon by you. Sealed: the hotel had no towels at all.",
        });

        Assert.Equal(
            [("Northwind Travel", ProjectTextKind.Name, true), ("lost bag", ProjectTextKind.Label, true), ("my bag was left in Lisbon by you", ProjectTextKind.Row, false), ("the hotel had no towels at all", ProjectTextKind.Row, false)],
            found.Select(o => (o.Found.Text, o.Found.Kind, o.MayStay)));
        Assert.Empty(await _rig.ReadAsync("fieldwork", db => db.Playbooks.ToListAsync()));
        Assert.Contains(await _rig.LogAsync("northwind"), e => e is { Action: "playbook.refused", Outcome: AuditOutcome.Denied } && e.ProjectId == project);

        // A passage of a row cannot be talked away; a name and a label can, and confirmed labels need no word more.
        Assert.Equal(4, (await SaveAsync("carla", project, d => d with { Goal = "For Northwind Travel.", Instruction = "Sort as lost bag. Example: my bag was left in Lisbon by you. Sealed: the hotel had no towels at all.", Kept = found.Select(f => f.Found.Text).ToHashSet() })).Count);
        Assert.Empty(await SaveAsync("carla", project, d => d with { Instruction = "Sort as lost bag.", Kept = new HashSet<string> { "lost bag" } }));
        Assert.Empty(await SaveAsync("carla", project, d => d with { Instruction = "Sort as lost bag.", Labels = ["lost bag", "refund"] }));
        await Assert.ThrowsAsync<PortalException>(() => SaveAsync("carla", project, d => d with { Labels = ["lost bag"] }));
        var saved = await _rig.ReadAsync("fieldwork", db => db.Playbooks.AsNoTracking().ToListAsync());
        Assert.Equal([[], ["lost bag", "refund"]], saved.Select(p => p.Content.Labels).OrderBy(l => l.Count));
    }

    [Fact]
    public async Task Save_ByWhomRowsAreHidden_DoesNotTellWhichWords()
    {
        var project = await FilledProjectAsync();
        await _rig.EngageAsync(_rig.Grant(s_takes));

        var objection = Assert.Single(await SaveAsync("carla", project, d => d with { Instruction = "Ask booking NW20931 first." }));

        Assert.Equal(("Instruction", "", 0, false), (objection.Found.Field, objection.Found.Text, objection.Found.Count, objection.MayStay));
        Assert.Single(await SaveAsync("carla", project, d => d with { Instruction = "Ask booking NW20931 first.", Kept = new HashSet<string> { "", "NW20931" } }));
    }

    [Fact]
    public async Task Playbook_OfAClient_IsTheConsultancys_AndStandsInBothLogs()
    {
        var project = await FilledProjectAsync();
        var engagement = await _rig.EngageAsync(_rig.Grant(s_takes));
        Assert.Empty(await SaveAsync("carla", project, d => d with { Settings = new Dictionary<string, string> { ["columns"] = ColumnMapping.Of("text", "team").ToStored() } }));
        await _rig.RunJobsAsync();

        Assert.Empty(await _rig.ReadAsync("northwind", db => db.Playbooks.ToListAsync()));
        var taken = Assert.Single(await _rig.LogAsync("northwind"), e => e.Action is "playbook.taken");
        Assert.Equal(("Fieldwork Partners", "Fieldwork Partners", engagement), (taken.TargetName, taken.Via, taken.ViaId));
        Assert.Contains("Settings of the project Bags", taken.Details, StringComparison.Ordinal);
        Assert.Contains("Northwind Travel", Assert.Single(await _rig.LogAsync("fieldwork"), e => e.Action is "playbook.saved").Details, StringComparison.Ordinal);

        var playbook = Assert.Single(await ListAsync("carla", "northwind"));
        Assert.Equal(playbook.Id, Assert.Single(await ListAsync("carlas-editor", "fieldwork")).Id);
        Assert.Empty(await ListAsync("olivia", "northwind"));
        await Assert.ThrowsAsync<NotFoundException>(() => UseAsync("olivia", "northwind", playbook.Id));

        var begun = await UseAsync("carla", "northwind", playbook.Id);
        await _rig.RunJobsAsync();
        var (start, task) = await _rig.ReadAsync("northwind", async db =>
            (await db.ProjectStarts.AsNoTracking().SingleAsync(), await db.TaskDefinitions.AsNoTracking().SingleAsync(t => t.ProjectId == begun)));
        Assert.Equal((begun, "Bags, sorted", "Fieldwork Partners", ColumnMapping.Of("text", "team")), (start.ProjectId, start.PlaybookName, start.Via, ColumnMapping.Parse(start.Settings["columns"])));
        Assert.Equal(("Sort mail.", "Classify the message.", 0.9, ""), (task.Goal, task.Instruction, task.Target, task.LabelLines));
        Assert.Contains(await _rig.LogAsync("northwind"), e => e.Action is "playbook.used" && e.ProjectId == begun);
        Assert.Contains(await _rig.LogAsync("fieldwork"), e => e is { Action: "playbook.used-at-client", TargetName: "Northwind Travel" });
        Assert.All((await _rig.LogAsync("northwind")).Concat(await _rig.LogAsync("fieldwork")).Where(e => e.Action.StartsWith("playbook.", StringComparison.Ordinal)), e => Assert.True(AuditWords.Knows(e.Action), e.Action));
    }

    [Fact]
    public async Task Playbook_WithoutTheRight_IsRefused()
    {
        var project = await FilledProjectAsync();
        var other = await _rig.ProjectAsync("Other");
        await _rig.EngageAsync(_rig.Grant([Permission.DefineTask, Permission.ReadRows]));
        await Assert.ThrowsAsync<ForbiddenException>(() => SaveAsync("carla", project, d => d));
        Assert.Equal("ManagePlaybooks", (await Assert.ThrowsAsync<ForbiddenException>(() => _rig.AsAsync("carla", "northwind", s => s.GetRequiredService<PlaybookSource>().PreviewAsync(project, CancellationToken.None)))).Permission.ToString());

        // The client's own, which no engagement opens: not to use, not to rename, not to delete.
        Assert.Empty(await SaveAsync("olivia", project, d => d));
        var theirs = Assert.Single(await ListAsync("olivia", "northwind"));
        Assert.Empty(await ListAsync("carla", "northwind"));
        await Assert.ThrowsAsync<NotFoundException>(() => UseAsync("carla", "northwind", theirs.Id));
        await Assert.ThrowsAsync<ForbiddenException>(() => ChangeAsync("carla", "northwind", p => p.DeleteAsync(theirs.Id, CancellationToken.None)));
        await Assert.ThrowsAsync<NotFoundException>(() => ChangeAsync("ben", "harbour", p => p.RenameAsync(theirs.Id, "Mine", CancellationToken.None)));

        await ChangeAsync("olivia", "northwind", p => p.RenameAsync(theirs.Id, "Mail", CancellationToken.None));
        Assert.Equal("Mail", Assert.Single(await ListAsync("olivias-editor", "northwind")).Name);
        await UseAsync("olivia", "northwind", theirs.Id);
        await ChangeAsync("olivia", "northwind", p => p.DeleteAsync(theirs.Id, CancellationToken.None));
        Assert.Empty(await ListAsync("olivia", "northwind"));
        await Assert.ThrowsAsync<NotFoundException>(() => SaveAsync("ben", other, d => d, "harbour"));
    }

    [Fact]
    public async Task Playbook_WithChosenProjects_IsTakenOfThoseAlone_AndBeginsNone()
    {
        var project = await FilledProjectAsync();
        var hidden = await _rig.ProjectAsync("Hidden");
        await _rig.EngageAsync(_rig.Grant(s_takes, [project]));

        Assert.Empty(await SaveAsync("carla", project, d => d));
        await Assert.ThrowsAsync<NotFoundException>(() => SaveAsync("carla", hidden, d => d));
        var playbook = Assert.Single(await ListAsync("carla", "northwind"));
        Assert.Contains("chosen projects", (await Assert.ThrowsAsync<PortalException>(() => UseAsync("carla", "northwind", playbook.Id))).Message, StringComparison.Ordinal);

        await _rig.RemoveFromConsultancyAsync("carla");
        Assert.Null(await _rig.EnterAsync("carla", "northwind"));
    }

    /// <summary>Takes what is offered without a look, as the page does, and what a test says besides.</summary>
    private Task<IReadOnlyList<PlaybookObjection>> SaveAsync(string person, string project, Func<PlaybookDraft, PlaybookDraft> change, string slug = "northwind") => _rig.AsAsync(person, slug, async services =>
    {
        var source = services.GetRequiredService<PlaybookSource>();
        var preview = await source.PreviewAsync(project, CancellationToken.None);
        var settings = preview.Settings.Where(s => s.Advice is "").ToDictionary(s => s.Key, s => s.Stored);
        var draft = new PlaybookDraft("Bags, sorted", preview.Task.Goal, preview.Task.Instruction, [], settings, new HashSet<string>());
        return await source.SaveAsync(project, change(draft), _rig.Person(person), CancellationToken.None);
    });

    private Task<IReadOnlyList<PlaybookRow>> ListAsync(string person, string slug) =>
        _rig.AsAsync(person, slug, s => s.GetRequiredService<PlaybookService>().ListAsync(_rig.Person(person), CancellationToken.None));

    private Task<string> UseAsync(string person, string slug, string playbook) =>
        _rig.AsAsync(person, slug, async s => (await s.GetRequiredService<PlaybookService>().CreateProjectAsync("Begun", playbook, _rig.Person(person), CancellationToken.None)).Id);

    private Task ChangeAsync(string person, string slug, Func<PlaybookService, Task> act) => _rig.AsAsync(person, slug, async s =>
    {
        await act(s.GetRequiredService<PlaybookService>());
        return 0;
    });

    /// <summary>Of what was planted, only what a playbook is made of becomes usable; the columns' names stay canaries.</summary>
    private async Task<string> PrepareAsync()
    {
        var mapping = ColumnMapping.Of(Canary, $"{Canary} label").ToStored();
        await _rig.ReadAsync("northwind", db => db.DatasetImports.ExecuteUpdateAsync(set => set.SetProperty(i => i.MappingJson, mapping)));
        var project = await _rig.ReadAsync("northwind", db => db.Projects.Select(p => p.Id).SingleAsync());
        await _rig.AsAsync("olivia", "northwind", async s =>
        {
            await s.GetRequiredService<ProjectService>().SaveTaskAsync(
                project, new TaskDraft("Sort mail.", TaskKind.Classify, "Classify the message.", [Canary], MetricKind.Accuracy, 0.9), CancellationToken.None);
            return 0;
        });
        return project;
    }

    private async Task<string> FilledProjectAsync()
    {
        var project = await _rig.ProjectAsync("Bags");
        var task = new TaskDraft("Sort mail.", TaskKind.Classify, "Classify the message.", ["lost bag", "refund"], MetricKind.Accuracy, 0.9);
        await _rig.AsAsync("olivia", "northwind", async s =>
        {
            await s.GetRequiredService<ProjectService>().SaveTaskAsync(project, task, CancellationToken.None);
            return 0;
        });
        await _rig.ReadAsync("northwind", async db =>
        {
            var (import, gone) = (ImportOf("mail of march.csv"), ImportOf("mail of may.csv"));
            import.Map(new SourceLayout(SourceFormat.Csv, "utf-8", ',', true), ColumnMapping.Of("text", "team"), "shape", "");
            import.Finish(2, 2, 2, db.Now);
            db.AddRange(import, gone);
            db.Add(new Example { ImportId = import.Id, Number = 1, Input = "You know that my bag was left in Lisbon by you people", Output = "lost bag" });
            db.Add(new Example { ImportId = import.Id, Number = 2, Input = "The booking nw20931 was cancelled and I want my money back", Output = "refund", SetAsideBy = FindingRule.EmptyInput });
            var version = new DatasetVersion { ProjectId = project, ImportId = gone.Id, Number = 1, StartedAt = db.Now };
            db.Add(version);
            db.Add(new FrozenExample { VersionId = version.Id, Split = Split.Test, Number = 1, Input = "In May the hotel had no towels at all", Output = "refund" });
            return await db.SaveChangesAsync();
        });
        return project;

        DatasetImport ImportOf(string file) => new()
        {
            ProjectId = project, FileName = file, BlobName = file, Length = 1, Sha256 = "0", UploadedAt = _rig.Time.GetUtcNow().UtcDateTime,
        };
    }
}
