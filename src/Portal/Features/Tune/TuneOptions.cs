namespace Portal.Features.Tune;

public sealed class TuneOptions
{
    /// <summary>How often Google is asked how a job is doing; its own samples ask once a minute.</summary>
    public TimeSpan PollEvery { get; set; } = TimeSpan.FromSeconds(60);

    public TimeSpan PollEveryOnSandbox { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <summary>
    /// How long an order whose outcome is unknown is looked for before another is sent: the longest call, and then the time a new job
    /// takes to be listed.
    /// </summary>
    public TimeSpan AdoptWindow { get; set; } = TimeSpan.FromMinutes(3);

    public TimeSpan AdoptWindowOnSandbox { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A worker that has not renewed its lease for this long is taken for dead.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    public TimeSpan Poll(bool sandbox) => sandbox ? PollEveryOnSandbox : PollEvery;

    public TimeSpan AdoptFor(bool sandbox) => sandbox ? AdoptWindowOnSandbox : AdoptWindow;
}
