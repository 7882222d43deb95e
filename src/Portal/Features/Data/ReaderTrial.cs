using System.ComponentModel;
using Microsoft.Extensions.Options;

namespace Portal.Features.Data;

/// <summary>Says at the start whether files are read apart, so that nobody learns it from the first workbook.</summary>
internal sealed class ReaderTrial(SourceReader readers, IOptions<DataOptions> options, ILogger<ReaderTrial> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => options.Value.ReadIn is ReaderPlace.Portal ? Told() : Task.Run(() => Try(stoppingToken), stoppingToken);

    private Task Told()
    {
        logger.LogWarning("Workbooks, archives and media are read inside the portal (Data:ReadIn): a file that its bounds do not hold holds up the portal");
        return Task.CompletedTask;
    }

    private void Try(CancellationToken ct)
    {
        try
        {
            var took = readers.Try(typeof(ReaderTrial).Assembly.Location is { Length: > 0 } library ? library : Environment.ProcessPath ?? "", ct);
            logger.LogInformation("Workbooks, archives and media are read in a process of their own, had in {Milliseconds:N0} ms", took.TotalMilliseconds);
        }
        catch (Exception unable) when (unable is Win32Exception or PortalException)
        {
            logger.LogError(unable, "No reading process answers, so workbooks, archives and media are {Outcome}. It is this program that is started, with the argument {Argument}",
                options.Value.ReadIn is ReaderPlace.OwnProcess ? "refused" : "read inside the portal", ReaderCommand.Name);
        }
    }
}
