namespace Portal.Features.Tenancy;

/// <summary>What a key may be used for.</summary>
public enum KeyVerb
{
    Generate,
    CountTokens,
    ListModels,
    ReadData,
    WriteData,

    /// <summary>Only beside the verbs of data: it is what work on them costs.</summary>
    RunModels,
}

/// <summary>A key's verbs in words, and as the permissions that they come to.</summary>
public static class KeyVerbs
{
    /// <summary>What calling an endpoint needs, which is what a key of a project is for.</summary>
    public static readonly IReadOnlyList<KeyVerb> ForCalling = [KeyVerb.Generate, KeyVerb.CountTokens, KeyVerb.ListModels];

    /// <summary>The verb as it completes "This key may …".</summary>
    public static string Words(this KeyVerb verb) => verb switch
    {
        KeyVerb.Generate => "generate answers",
        KeyVerb.CountTokens => "count tokens",
        KeyVerb.ListModels => "list models",
        KeyVerb.ReadData => "read data",
        KeyVerb.WriteData => "upload, change and freeze data",
        KeyVerb.RunModels => "have models write rows, which costs",
        _ => throw new ArgumentOutOfRangeException(nameof(verb), verb, null),
    };

    /// <summary>What whoever issues a key with this verb must be allowed, and what its holder then is allowed.</summary>
    public static IReadOnlyList<Permission> Permissions(this KeyVerb verb) => verb switch
    {
        KeyVerb.ReadData => [Permission.ViewProjects, Permission.ReadRows],
        KeyVerb.WriteData => [Permission.ViewProjects, Permission.DefineTask, Permission.ChangeData],
        KeyVerb.RunModels => [Permission.ViewProjects, Permission.RunModels],
        _ => [Permission.ViewProjects, Permission.Deploy],
    };
}
