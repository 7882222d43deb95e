namespace Portal.Persistence;

/// <summary>Whose act it is. <paramref name="Via"/> says by what right somebody from outside acts, such as a consultancy's name.</summary>
public sealed record Actor(string UserId, string Name, string Via = "", string ViaId = "", string Address = "")
{
    /// <summary>Work that nobody is watching: a worker, a sweep, a seed.</summary>
    public static readonly Actor Portal = new("", "Portal");
}
