using Portal.Features.Tenancy;

namespace Portal.Features.Define;

/// <summary>Whether an organisation has come this far; the project is where it did, or where it goes on.</summary>
public sealed record OnboardingReading(bool IsDone, string? ProjectId = null, string Fact = "");

/// <summary>One sign of the way to a model in use. The slice in which it happens says whether it has: nobody ticks it.</summary>
public interface IOnboardingSign
{
    int Number { get; }

    string Name { get; }

    /// <summary>What is to be done where it is not, as it completes "Next: ".</summary>
    string Todo { get; }

    /// <summary>The step of a project where it is done; empty where that is elsewhere.</summary>
    string Step { get; }

    Task<OnboardingReading> ReadAsync(CancellationToken ct);
}

/// <param name="Name">What is done, or is not.</param>
/// <param name="IsDone">As it stands now.</param>
/// <param name="Fact">What more is known of it; may be empty.</param>
/// <param name="Todo">What to do where it is not done.</param>
/// <param name="Href">Where that is done; null where whoever looks cannot do it.</param>
public sealed record OnboardingItem(string Name, bool IsDone, string Fact, string Todo, string? Href);

public sealed record OnboardingList(IReadOnlyList<OnboardingItem> Items)
{
    public int Done => Items.Count(i => i.IsDone);

    public OnboardingItem? Next => Items.FirstOrDefault(i => !i.IsDone);
}

/// <summary>How far a client has come from the engagement to a model that is called, read anew each time.</summary>
public sealed class Onboarding(IEnumerable<IOnboardingSign> signs, CurrentMember current)
{
    public async Task<OnboardingList> ReadAsync(CancellationToken ct)
    {
        var access = current.Membership.Access;
        var items = new List<OnboardingItem>();
        if (access.Kind is AccessKind.Consultant)
        {
            items.Add(new OnboardingItem("Engagement approved", true, access.Until is { } until ? $"until {EngagementWords.LastDay(until)}" : "", "", null));
        }

        string? project = null;
        foreach (var sign in signs.OrderBy(s => s.Number))
        {
            var reading = await sign.ReadAsync(ct);
            project = reading.ProjectId ?? project;
            items.Add(new OnboardingItem(sign.Name, reading.IsDone, reading.Fact, sign.Todo, HrefOf(sign, project)));
        }

        return new OnboardingList(items);
    }

    private string? HrefOf(IOnboardingSign sign, string? project) => sign switch
    {
        ConnectionSign => current.May(Permission.ViewConnection) ? PortalUrls.Connection(current.Slug) : null,
        _ => project is null ? PortalUrls.Organization(current.Slug) : PortalUrls.Step(current.Slug, project, sign.Step),
    };
}
