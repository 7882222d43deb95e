using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Define;

/// <summary>Settings as whoever saves was shown them.</summary>
public sealed record PlaybookSettings(string Key, string Name, string Advice, string Stored, IReadOnlyList<(string Name, string Value)> Facts);

public sealed record PlaybookPreview(Project Project, TaskDefinition Task, IReadOnlyList<PlaybookSettings> Settings);

/// <summary>What is to be kept: texts as they were read through, labels and settings as they were shown and ticked.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Goal">As read through, perhaps reworded.</param>
/// <param name="Instruction">The same.</param>
/// <param name="Labels">Those confirmed, each; empty takes none along.</param>
/// <param name="Settings">Those ticked, by key, as they were shown.</param>
/// <param name="Kept">Pieces found in the project's texts that whoever saves says are the task's own.</param>
public sealed record PlaybookDraft(
    string Name, string Goal, string Instruction, IReadOnlyList<string> Labels, IReadOnlyDictionary<string, string> Settings, IReadOnlySet<string> Kept);

/// <param name="Found">The piece; without its text for whoever may not read rows.</param>
/// <param name="MayStay">It may be kept by saying that it belongs to the task; else it has to be reworded.</param>
public sealed record PlaybookObjection(FoundText Found, bool MayStay);

/// <summary>Makes a playbook of a project, and lets nothing of the project's rows into it.</summary>
public sealed class PlaybookSource(
    IDbContextFactory<PortalDbContext> dbs, CurrentMember current, ProjectService projects, PlaybookService playbooks, OtherSide other,
    IEnumerable<IPlaybookPart> parts, IEnumerable<IProjectTexts> texts)
{
    /// <summary>What stands in most rows is what was written around them. Of fewer rows than these, nothing is most.</summary>
    private const int FewestToCompare = 20;

    public bool MaySave => current.May(Permission.ManagePlaybooks);

    /// <summary>Whose it becomes; empty where it stays here.</summary>
    public string Via => current.IsVisiting ? current.Membership.Access.Via : "";

    public async Task<PlaybookPreview> PreviewAsync(string projectId, CancellationToken ct)
    {
        current.Require(Permission.ManagePlaybooks);
        var (project, task) = await projects.GetAsync(projectId, ct);
        List<PlaybookSettings> settings = [];
        foreach (var part in parts)
        {
            if (await part.ReadAsync(projectId, ct) is { } stored)
            {
                settings.Add(new PlaybookSettings(part.Key, part.Name, part.Advice, stored, part.Show(stored)));
            }
        }

        return new PlaybookPreview(project, task, settings);
    }

    /// <summary>Empty once it is saved; else why it was not, piece by piece. Each refusal stands in this organisation's log.</summary>
    public async Task<IReadOnlyList<PlaybookObjection>> SaveAsync(string projectId, PlaybookDraft draft, ClaimsPrincipal person, CancellationToken ct)
    {
        var preview = await PreviewAsync(projectId, ct);
        var content = ContentOf(preview, draft);
        var name = Playbook.CheckedName(draft.Name);
        var objections = await ObjectionsAsync(preview, name, content, ct);
        if (objections.Any(o => !o.MayStay || !draft.Kept.Contains(o.Found.Text)))
        {
            await RefuseAsync(preview.Project, objections.Count, ct);
            return [.. objections.Select(Shown)];
        }

        if (!current.IsVisiting)
        {
            await playbooks.AddAsync(name, content, null, ct);
            return [];
        }

        var client = current.Membership;
        await using var home = await other.EnterConsultancyAsync(person, ct);
        await home.ServiceProvider.GetRequiredService<PlaybookService>()
            .AddAsync(name, content, new PlaybookOrigin(client.Access.ViaId, client.TenantId, client.TenantName, preview.Project.Name), ct);
        return [];
    }

    /// <summary>What was confirmed is what is there now, or nothing is taken.</summary>
    private static PlaybookContent ContentOf(PlaybookPreview preview, PlaybookDraft draft)
    {
        if ((draft.Labels.Count > 0 && !draft.Labels.SequenceEqual(preview.Task.Labels, StringComparer.Ordinal))
            || draft.Settings.Any(d => preview.Settings.FirstOrDefault(s => s.Key == d.Key)?.Stored != d.Value))
        {
            throw new PortalException("The project's labels or settings were changed while you looked at them, so nothing was saved. Load the page again and look at them once more.");
        }

        var task = new TaskDefinition { ProjectId = preview.Project.Id, Goal = draft.Goal.Trim(), Instruction = draft.Instruction.Trim() };
        return new PlaybookContent(preview.Task.Kind, task.Goal, task.Instruction, preview.Task.Metric, preview.Task.Target)
        {
            Labels = draft.Labels, Settings = draft.Settings.ToDictionary(),
        };
    }

    private async Task<List<PlaybookObjection>> ObjectionsAsync(PlaybookPreview preview, string name, PlaybookContent content, CancellationToken ct)
    {
        var match = new TextMatch(
        [
            ("Name", name), ("Goal", content.Goal), ("Instruction", content.Instruction),
            .. from s in preview.Settings where content.Settings.ContainsKey(s.Key) from fact in s.Facts select ($"{s.Name}, {fact.Name}", fact.Value),
        ]);
        // A million rows take a while, and the page has to answer meanwhile.
        var rows = await Task.Run(() => LookAsync(match, preview.Project.Id, ct), ct);

        // A label is found as a row's answer too: it is told once.
        var found = match.Found;
        var labels = found.Where(f => f.Kind is ProjectTextKind.Label).Select(f => (f.Field, f.Text)).ToHashSet();
        return
        [
            .. found.Where(f => f.Kind is ProjectTextKind.Label || !labels.Contains((f.Field, f.Text)))
                .Where(f => f.Kind is not ProjectTextKind.Label || content.Labels.Count is 0).Select(f => new PlaybookObjection(f, MayStay(f, rows))),
        ];
    }

    private async Task<int> LookAsync(TextMatch match, string projectId, CancellationToken ct)
    {
        var rows = 0;
        foreach (var source in texts)
        {
            await foreach (var text in source.ReadAsync(projectId, ct))
            {
                rows += text.Kind is ProjectTextKind.Row ? 1 : 0;
                match.Look(text);
            }
        }

        return rows;
    }

    private bool MayStay(FoundText found, int rows) => found switch
    {
        { Kind: ProjectTextKind.Label } => true,
        { Kind: ProjectTextKind.Row } when !current.May(Permission.ReadRows) => false,
        { IsPassage: true } => found.Kind is ProjectTextKind.Row && rows >= FewestToCompare && found.Count > rows / 2,
        _ => true,
    };

    /// <summary>Whoever may not read rows does not learn by trying which words are in them.</summary>
    private PlaybookObjection Shown(PlaybookObjection objection) => objection.Found.Kind is ProjectTextKind.Row && !current.May(Permission.ReadRows)
        ? objection with { Found = objection.Found with { Text = "", Count = 0 } } : objection;

    private async Task RefuseAsync(Project project, int pieces, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        db.Audit("playbook.refused", project.AsTarget(), pieces is 1 ? "1 piece of it stands in the project's own texts" : $"{pieces} pieces of it stand in the project's own texts", AuditOutcome.Denied);
        await db.SaveChangesAsync(ct);
    }
}
