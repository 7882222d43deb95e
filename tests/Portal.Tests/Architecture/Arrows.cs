namespace Portal.Tests.Architecture;

/// <summary>Which parts of the portal may know which: section 3 of the design, as functions of one reference.</summary>
internal static class Arrows
{
    private const string Features = "Portal.Features";

    private static readonly string[] s_slices = ["Tenancy", "Connect", "Define", "Data", "Model", "Evaluate", "Tune", "Deploy", "Monitor", "Leave"];

    private static readonly string[] s_foundations = ["Portal.Components", "Portal.Persistence", "Portal.Storage"];

    /// <summary>Portal → Portal.Vertex ← Portal.Sandbox, and the portal meets the sandbox in one file.</summary>
    public static string? BrokenProject(Reference use, string from) => ProjectOf(use.ToNamespace) switch
    {
        null or "Portal.Vertex" => null,
        var to when to == from => null,
        "Portal.Sandbox" when use.From is "Portal.Hosting.EmbeddedSandbox" => null,
        var to => $"{from} must not know {to}",
    };

    /// <summary>Shell → Features → {Components, Persistence, Storage}; the kit has no database.</summary>
    public static string? BrokenLayer(Reference use)
    {
        if (s_foundations.FirstOrDefault(use.FromIsWithin) is { } foundation)
        {
            return use switch
            {
                _ when use.ToIsWithin(Features) || use.ToIsWithin("Portal.Shell") || use.ToIsWithin("Portal.Hosting") => $"{foundation} must know no slice",
                _ when foundation is "Portal.Components" && (use.ToIsWithin("Portal.Persistence") || use.ToIsWithin("Portal.Storage") || use.ToIsWithin("Microsoft.EntityFrameworkCore"))
                    => "the kit of components has no database",
                _ => null,
            };
        }

        return use.FromIsWithin(Features) && use.ToIsWithin("Portal.Shell") ? "a slice must not know the shell" : null;
    }

    /// <summary>Slices read only to the left; Billing sees only Tenancy and may be called by all; nobody sees Admin.</summary>
    public static string? BrokenSlice(Reference use)
    {
        var (from, to) = (SliceOf(use.FromNamespace), SliceOf(use.ToNamespace));
        return to switch
        {
            null => null,
            "Admin" when from is not "Admin" => use.From is "Program" or "Portal.Hosting.EmbeddedSandbox" ? null : "nobody sees Admin",
            _ when from is null or "Admin" || from == to => null,
            _ when from is "Billing" => to is "Tenancy" ? null : "Billing sees only Tenancy",
            "Billing" => null,
            // A slice that nobody has put in order may neither read nor be read.
            _ => Array.IndexOf(s_slices, to) is >= 0 and var place && place < Array.IndexOf(s_slices, from) ? null : $"{from} must not read {to}, which is not to its left",
        };
    }

    /// <summary>A slice uses another's services and entities, never what its users and its timer meet.</summary>
    public static string? BrokenInside(Reference use, Func<string, bool> isComponent)
    {
        var (from, to) = (SliceOf(use.FromNamespace), SliceOf(use.ToNamespace));
        return from is null || to is null || from == to ? null
            : use.ToName.EndsWith("Worker", StringComparison.Ordinal) || use.ToName.EndsWith("Sweep", StringComparison.Ordinal) || isComponent(use.To)
                ? $"{from} must not use a page or worker of {to}"
                : null;
    }

    private static string? SliceOf(string name) =>
        name.StartsWith(Features + ".", StringComparison.Ordinal) ? name[(Features.Length + 1)..].Split('.')[0] : null;

    private static string? ProjectOf(string name) => name.Split('.') switch
    {
        ["Portal", "Vertex", ..] => "Portal.Vertex",
        ["Portal", "Sandbox", ..] => "Portal.Sandbox",
        ["Portal", ..] => "Portal",
        _ => null,
    };
}
