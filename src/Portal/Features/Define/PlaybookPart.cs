namespace Portal.Features.Define;

/// <summary>Settings of a later step that a playbook can take along. The slice whose they are writes, shows and reads them.</summary>
public interface IPlaybookPart
{
    string Key { get; }

    string Name { get; }

    /// <summary>What to look at before it is taken along; empty where nothing of the project's own can be in it.</summary>
    string Advice { get; }

    /// <summary>Null where the project has none.</summary>
    Task<string?> ReadAsync(string projectId, CancellationToken ct);

    /// <summary>Everything that stands in it, in words.</summary>
    IReadOnlyList<(string Name, string Value)> Show(string settings);
}

public enum ProjectTextKind
{
    /// <summary>Of a person, an organisation, a project or a file.</summary>
    Name,
    Label,
    Row,
}

/// <summary>What one row, or one thing with a name, says.</summary>
public sealed record ProjectText(ProjectTextKind Kind, IReadOnlyList<string> Texts);

/// <summary>Lends the texts that no playbook may carry. They are compared by code; nobody is shown them.</summary>
public interface IProjectTexts
{
    IAsyncEnumerable<ProjectText> ReadAsync(string projectId, CancellationToken ct);
}
