using Portal.Features.Data;

namespace Portal.Features.Leave;

/// <summary>A value that is looked for, and what redaction keeps of it: in a project's redacted texts its placeholders stand for it.</summary>
internal sealed class PersonSought(PersonMatch match, IReadOnlyList<RedactedValue> hidden)
{
    private readonly ILookup<string, string> _placeholders = hidden.ToLookup(v => v.ProjectId, v => $"[{Redaction.Name(v.Kind)}_{v.Number}]");

    public PersonMatch Match => match;

    public IReadOnlyList<RedactedValue> Hidden => hidden;

    public PersonMatch In(string projectId) => _placeholders.Contains(projectId) ? match.With(_placeholders[projectId].ToHashSet(StringComparer.Ordinal)) : match;
}
