using System.Globalization;
using Microsoft.AspNetCore.Components;
using Portal.Components;
using Portal.Features.Tenancy;

namespace Portal.Features.Admin;

public sealed partial class AnnouncementsPage : PortalPage
{
    private static readonly string[] s_dates = ["yyyy-MM-dd", "yyyy-MM-dd HH:mm"];

    private IReadOnlyList<Announcement> _announcements = [];
    private DateTime _now;
    private string _text = "";
    private string _from = "now";
    private string _until = "";
    private AnnouncementSeverity _severity;
    private AnnouncementAudience _audience;

    [Inject]
    private PlatformWork Platform { get; set; } = default!; // filled by the renderer

    [Inject]
    private TimeProvider Time { get; set; } = default!; // filled by the renderer

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _now = Time.GetUtcNow().UtcDateTime;
        _announcements = await Platform.ActAsync(PlatformLog.Id, services => services.GetRequiredService<AnnouncementService>().ListAsync(ct), ct);
        _until = _until is "" ? Date(_now.Date.AddDays(2)) : _until;
    }

    private async Task PublishAsync()
    {
        var done = await RunAsync(
            ct => Platform.ActAsync(
                PlatformLog.Id,
                services => services.GetRequiredService<AnnouncementService>().PublishAsync(new AnnouncementDraft(_severity, _text, _audience, Moment("From", _from), Moment("Until", _until)), ct),
                ct),
            "It is published. Open pages show it within a minute.");
        if (done)
        {
            (_text, _from) = ("", "now");
            await RefreshAsync();
        }
    }

    private async Task WithdrawAsync(Announcement announcement)
    {
        await RunAsync(
            ct => Platform.ActAsync(PlatformLog.Id, services => services.GetRequiredService<AnnouncementService>().WithdrawAsync(announcement.Id, ct), ct),
            "It is withdrawn. Open pages lose it within a minute.");
        await RefreshAsync();
    }

    private DateTime Moment(string field, string text) =>
        text.Trim() is "now" or "" && field is "From" ? Time.GetUtcNow().UtcDateTime
        : DateTime.TryParseExact(text.Trim(), s_dates, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment) ? moment
        : throw new PortalException($"{field}: write a day in UTC such as 2027-01-01, or with a time such as 2027-01-01 08:00.");

    private static string Date(DateTime at) => at.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
