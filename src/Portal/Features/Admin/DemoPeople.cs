using Portal.Features.Tenancy;

namespace Portal.Features.Admin;

public sealed record DemoPerson(
    string Subject, string Name, string Email, string Description, IReadOnlyList<(string Organization, MemberRole Role)> Memberships, bool IsPlatformAdmin = false);

/// <summary>Who can be picked at the development sign-in, and where each belongs.</summary>
public static class DemoPeople
{
    private const string Northwind = "northwind-travel";
    private const string Harbour = "harbour-insurance";
    private const string Fieldwork = "fieldwork-partners";

    public static readonly IReadOnlyList<DemoPerson> All =
    [
        new("olivia", "Olivia Brandt", "olivia@northwind-travel.example", "Owner of Northwind Travel, which has a project under way", [(Northwind, MemberRole.Owner)]),
        new("erik", "Erik Sandoval", "erik@northwind-travel.example", "Editor at Northwind Travel: builds, and manages no members", [(Northwind, MemberRole.Editor)]),
        new("rosa", "Rosa Keller", "rosa@northwind-travel.example", "Reviewer at Northwind Travel: judges the rows of her queue", [(Northwind, MemberRole.Reviewer)]),
        new("victor", "Victor Amadi", "victor@northwind-travel.example", "Viewer at Northwind Travel: looks, and changes nothing", [(Northwind, MemberRole.Viewer)]),
        new("beate", "Beate Ionescu", "beate@northwind-travel.example", "Billing contact of Northwind Travel", [(Northwind, MemberRole.Billing)]),
        new("ben", "Ben Okafor", "ben@harbour-insurance.example", "Owner of Harbour Insurance, which starts from nothing", [(Harbour, MemberRole.Owner)]),
        new("tamar", "Tamar Holm", "tamar@holm-advice.example", "Admin at Northwind Travel and editor at Harbour Insurance", [(Northwind, MemberRole.Admin), (Harbour, MemberRole.Editor)]),
        new("carla", "Carla Mendes", "carla@fieldwork-partners.example", "Consultant at Fieldwork Partners", [(Fieldwork, MemberRole.Owner)]),
        new("nina", "Nina Farrow", "nina@farrow.example", "Belongs nowhere yet: invite her", []),
        new("pat", "Pat Lindqvist", "pat@portal.example", "Admin of the platform", [], IsPlatformAdmin: true),
    ];
}
