using Microsoft.Extensions.Options;
using Portal.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class FindingReportTests : IDisposable
{
    private readonly DataKit _kit = new();

    /// <summary>An earlier file keeps its rows for a while; what is told of it is its own, and not of the rows that have their numbers now.</summary>
    [Fact]
    public async Task Of_AFileThatIsWorkedOnNoMore_TellsItsOwnRows()
    {
        var projectId = await _kit.CreateProjectAsync();
        var earlier = await _kit.ImportAsync(projectId, DataKit.Csv(40) + "\"a text over\ntwo lines\",card\nno answer,\n");
        await _kit.ImportAsync(projectId, DataKit.Csv(90), "later.csv");
        var report = new FindingReport(_kit.Database, _kit.Current, _kit.Blobs, _kit.Readers);

        var told = await report.OfAsync(earlier, await _kit.Findings.ListAsync(earlier.Id, null, CancellationToken.None), CancellationToken.None);

        Assert.Equal([new FindingPlace(42, 44, "the expected output is empty")], told.Single(f => f.Rule is "emptyOutput").Rows);
    }

    public void Dispose() => _kit.Dispose();
}
