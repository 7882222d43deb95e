using Portal.Features.Tenancy;

namespace Portal.Features.Data;

/// <summary>Who may change data.</summary>
internal static class DataRights
{
    public static bool MayChange(this CurrentMember current) => current.May(Permission.ChangeData);

    public static void RequireChange(this CurrentMember current) => current.Require(Permission.ChangeData);
}
