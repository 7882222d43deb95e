namespace Portal.Sandbox;

/// <summary>Somebody the development sign-in offers.</summary>
public sealed record SandboxPerson(string Subject, string Name, string Email, string Description)
{
    internal static IReadOnlyList<SandboxPerson> Defaults { get; } =
    [
        new("olivia-owner", "Olivia Owner", "olivia@acme.example", "Owns the organisation Acme"),
        new("carl-consultant", "Carl Consultant", "carl@consulting.example", "Advises several organisations"),
        new("ada-admin", "Ada Admin", "ada@portal.example", "Runs the platform"),
    ];
}
