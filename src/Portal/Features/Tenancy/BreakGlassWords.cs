namespace Portal.Features.Tenancy;

public static class BreakGlassWords
{
    public static string Of(BreakGlassEnd by) => by switch
    {
        BreakGlassEnd.ByAdmin => "Ended by the admin.",
        BreakGlassEnd.TimeOver => "Its half hour was over.",
        BreakGlassEnd.SessionOver => "The admin's session had ended.",
        _ => "The admin's right to it was gone.",
    };
}
