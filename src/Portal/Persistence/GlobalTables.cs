namespace Portal.Persistence;

/// <summary>The tables that belong to no tenant, by entity name. A model test fails for any other that is not <see cref="ITenantOwned"/>.</summary>
public static class GlobalTables
{
    public static readonly IReadOnlySet<string> Names = new HashSet<string>(StringComparer.Ordinal)
    {
        "Tenant", "User", "Member", "CatalogueModel", "CatalogueChange", "DataProtectionKey", "ApiKeyIndex", "InvitationIndex", "SignInSession", "SpentToken",
        // What a sign-in asks before any tenant is known, and what it leaves for the tenants' logs.
        "IdentityProviderIndex", "VerifiedDomain", "SessionAct",
        // Between two organisations, and what decides who may enter: read only through EngagementService, TenancyService and VisitService.
        "Engagement", "EngagementAct",
        // From an organization to the platform's own log.
        "PlatformAct",
        // By what right an admin of the platform looks into an organization for a while: read only through TenancyService and BreakGlassService.
        "BreakGlassVisit",
        // From the platform to everybody, and who has read it.
        "Announcement", "AnnouncementDismissal",
        // What Stripe says, which names a customer before anybody knows for whom to act.
        "StripeCustomer", "StripeEvent",
        // What is left of an organisation that was erased, and so outlives it.
        "OrganizationErasure",
    };
}
