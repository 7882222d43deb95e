using System.ComponentModel.DataAnnotations;

namespace Portal.Features.Deploy;

public sealed class DeployOptions
{
    /// <summary>What a key may call steadily, and at once after a pause.</summary>
    [Range(1, 1_000_000)]
    public int CallsPerMinute { get; set; } = 600;

    [Range(1, 100_000)]
    public int Burst { get; set; } = 60;

    /// <summary>Input and output together; taken when they are known, so a bucket may be overdrawn by the calls under way.</summary>
    [Range(1, 1_000_000_000)]
    public int TokensPerMinute { get; set; } = 2_000_000;

    /// <summary>All keys of an organisation together.</summary>
    [Range(1, 10_000_000)]
    public int OrganizationCallsPerMinute { get; set; } = 3_000;

    [Range(1, 1_000_000)]
    public int OrganizationBurst { get; set; } = 300;

    [Range(1, 2_000_000_000)]
    public int OrganizationTokensPerMinute { get; set; } = 8_000_000;

    /// <summary>Of one organisation on one node; what comes beyond it waits.</summary>
    [Range(1, 100_000)]
    public int MostCallsAtOnce { get; set; } = 256;

    [Range(0, 100_000)]
    public int MostCallsWaiting { get; set; } = 256;

    /// <summary>Faults of the model in a row after which an organisation's calls are answered without asking it, and for how long.</summary>
    [Range(1, 10_000)]
    public int FaultsBeforePause { get; set; } = 10;

    /// <summary>How often a canary's figures are held against its limits.</summary>
    public TimeSpan CanaryEvery { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Calls that each side must have had before errors are judged, and by how much more of them may fail.</summary>
    [Range(10, 1_000_000)]
    public int CanaryCalls { get; set; } = 50;

    [Range(0, 1)]
    public double CanaryErrorShare { get; set; } = 0.01;

    /// <summary>Answers before latencies are judged, and how many times as long the slowest twentieth may begin at.</summary>
    [Range(60, 1_000_000)]
    public int CanaryAnswers { get; set; } = 100;

    [Range(1, 100)]
    public double CanaryLatencyRatio { get; set; } = 1.25;

    /// <summary>Thumbs before feedback is judged, and by how much more of them may be down.</summary>
    [Range(10, 1_000_000)]
    public int CanaryThumbs { get; set; } = 20;

    [Range(0, 1)]
    public double CanaryThumbShare { get; set; } = 0.05;

    /// <summary>Copies for shadow runs that may wait on one node, and how many are asked at once; what comes beyond is dropped and counted.</summary>
    [Range(1, 100_000)]
    public int MostShadowsWaiting { get; set; } = 256;

    [Range(1, 64)]
    public int MostShadowsAtOnce { get; set; } = 2;

    /// <summary>Days without a call with a key after which a live endpoint is called idle.</summary>
    [Range(1, 365)]
    public int IdleDays { get; set; } = 14;

    /// <summary>How often what an organization has at Google is laid beside what the portal knows.</summary>
    public TimeSpan InventoryEvery { get; set; } = TimeSpan.FromDays(1);

    public TimeSpan FaultPause { get; set; } = TimeSpan.FromSeconds(10);

    public TimeSpan CallWait { get; set; } = TimeSpan.FromSeconds(5);

    [Range(1_024, 20 * 1024 * 1024)]
    public int MaxBodyBytes { get; set; } = 1024 * 1024;

    /// <summary>A caller who went away does not stop the vendor's meter, so the answer is read to its end; never for longer than this.</summary>
    public TimeSpan CallLimit { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Answered calls that may wait to be put on record; beyond it new ones are told to come back, before the model is asked.</summary>
    [Range(1, 1_000_000)]
    public int MostUnrecorded { get; set; } = 4_096;

    /// <summary>Answers read on at once after their caller went away.</summary>
    [Range(0, 10_000)]
    public int MostLeftStreams { get; set; } = 64;

    public TimeSpan LeftStreamLimit { get; set; } = TimeSpan.FromSeconds(60);
}
