using Portal.Components;
using Portal.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class DataStepTests : IDisposable
{
    private readonly DataKit _kit = new();

    public void Dispose() => _kit.Dispose();

    [Fact]
    public async Task Read_AlongTheJourney_SaysWhatIsTrueAtEachPoint()
    {
        var step = new DataStep(_kit.Datasets);
        var projectId = await _kit.CreateProjectAsync();
        Assert.Equal(StepStatus.Waits("Waits for a complete task"), await step.ReadAsync(projectId, CancellationToken.None));

        await _kit.ImportAsync(projectId, DataKit.Csv(198) + "Where is my card?,card\nwhere is MY card,card\n");
        Assert.Equal(new StepStatus(StepState.Now, "200 examples, ready to freeze", "Freeze"), await step.ReadAsync(projectId, CancellationToken.None));

        var version = await _kit.Versions.FreezeAsync(projectId, "", null, CancellationToken.None);
        Assert.Equal(StepState.Working, (await step.ReadAsync(projectId, CancellationToken.None)).State);

        await _kit.Freezes.RunAsync("org_test", version.Id, CancellationToken.None);
        Assert.Equal(new StepStatus(StepState.Done, "v1 frozen · 160 / 20 / 20 · 2 near-duplicates kept together"), await step.ReadAsync(projectId, CancellationToken.None));
    }
}
