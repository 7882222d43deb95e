namespace Portal.Features.Tenancy;

public static class AnnouncementWords
{
    public static string Of(AnnouncementSeverity severity) => severity switch
    {
        AnnouncementSeverity.Urgent => "Urgent:",
        AnnouncementSeverity.Warning => "Please note:",
        _ => "Notice:",
    };

    public static string Of(AnnouncementAudience audience) => audience switch
    {
        AnnouncementAudience.Customers => "Organizations that tune",
        AnnouncementAudience.Consultancies => "Consultancies",
        _ => "Everybody",
    };
}
