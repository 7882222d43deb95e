namespace Portal.Features.Define;

/// <summary>What a new project is begun with.</summary>
public sealed record ProjectBasis(string Name, string Help = "")
{
    public static readonly ProjectBasis Nothing = new("Nothing: I describe the task myself");

    public TaskTemplate? Template { get; private init; }

    public string PlaybookId { get; private init; } = "";

    public static ProjectBasis Of(TaskTemplate template) => new($"{template.Name} ({template.Industry})", template.Goal) { Template = template };

    public static ProjectBasis Of(PlaybookRow playbook) => new($"Playbook: {playbook.Name}", PlaybookWords.Summary(playbook.Content)) { PlaybookId = playbook.Id };
}
