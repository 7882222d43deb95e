using Portal.Features.Tenancy;

namespace Portal.Features.Admin;

public sealed record DemoPerson(string Subject, string Name, string Email, string Description, string? OrganizationSlug, MemberRole Role, bool IsPlatformAdmin = false);

/// <summary>Who can be picked at the development sign-in, and where each belongs.</summary>
public static class DemoPeople
{
    public static readonly IReadOnlyList<DemoPerson> All =
    [
        new("olivia", "Olivia Brandt", "olivia@northwind-travel.example", "Owner of Northwind Travel, which has a project under way", "northwind-travel", MemberRole.Owner),
        new("ben", "Ben Okafor", "ben@harbour-insurance.example", "Owner of Harbour Insurance, which starts from nothing", "harbour-insurance", MemberRole.Owner),
        new("carla", "Carla Mendes", "carla@fieldwork-partners.example", "Consultant at Fieldwork Partners", "fieldwork-partners", MemberRole.Owner),
        new("pat", "Pat Lindqvist", "pat@portal.example", "Admin of the platform", null, MemberRole.Viewer, IsPlatformAdmin: true),
    ];
}
