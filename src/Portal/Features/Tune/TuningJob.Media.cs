namespace Portal.Features.Tune;

/// <summary>What it sends beside its rows.</summary>
public sealed partial class TuningJob
{
    /// <summary>Files that the rows speak of; null until they are counted.</summary>
    public int? MediaTotal { get; private set; }

    /// <summary>Of these, how many lie in the bucket.</summary>
    public int MediaSent { get; private set; }

    /// <summary>All that it sends lies below it.</summary>
    public string Folder => $"tuning/{Id}/";

    public bool NeedsMedia => MediaTotal is not { } total || MediaSent < total;

    /// <summary>Files go before the rows that name them.</summary>
    public void Sent(int media, int of)
    {
        RequireState(TuningJobState.Uploading);
        (MediaSent, MediaTotal) = (media, of);
        Settle();
    }
}
