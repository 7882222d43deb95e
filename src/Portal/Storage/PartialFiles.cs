using Microsoft.Extensions.Options;

namespace Portal.Storage;

/// <summary>Clears what killed processes left of uploads: a file that nobody has written to for a day will not become whole.</summary>
public sealed class PartialFiles(IOptions<StorageOptions> options, TimeProvider time, ILogger<PartialFiles> logger) : BackgroundService
{
    public const string Ending = ".partial";

    private static readonly TimeSpan s_every = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromDays(1);

    /// <summary>Returns how many went.</summary>
    public int Clear()
    {
        var folder = new DirectoryInfo(BlobStore.FolderOf(options.Value));
        var before = time.GetUtcNow().UtcDateTime - s_patience;
        var cleared = 0;
        try
        {
            foreach (var file in folder.Exists ? folder.EnumerateFiles("*" + Ending, SearchOption.AllDirectories) : [])
            {
                if (file.LastWriteTimeUtc < before)
                {
                    file.Delete();
                    cleared++;
                }
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning(fault, "Left-over uploads could not be cleared now");
        }

        return cleared;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_every, time);
        try
        {
            do
            {
                // Off the start's own thread: a store with many files takes its time.
                if (await Task.Run(Clear, stoppingToken) is > 0 and var cleared)
                {
                    logger.LogInformation("{Count} uploads that broke off were cleared", cleared);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host is stopping.
        }
    }
}
