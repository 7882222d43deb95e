using System.Text.Json;
using Portal.Features.Data;
using Portal.Features.Define;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class PlaybookColumnsTests : IDisposable
{
    private readonly DataKit _kit = new();

    public void Dispose() => _kit.Dispose();

    [Fact]
    public async Task Preview_InAProjectBegunWithAPlaybook_ProposesItsColumnsWhereTheFileHasThem()
    {
        var mapping = new ColumnMapping("{{subject}}\n{{body}}", "{{team}}") { Slice = "country" };
        var projectId = await _kit.CreateProjectAsync();
        await using (var db = _kit.Database.CreateDbContext())
        {
            var settings = new Dictionary<string, string> { [ColumnsPart.StoredAs] = mapping.ToStored() };
            db.ProjectStarts.Add(new ProjectStart { ProjectId = projectId, PlaybookName = "Mail", Via = "", SettingsJson = JsonSerializer.Serialize(settings) });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        var same = await _kit.UploadAsync(projectId, "subject,body,team,country\nBag,My bag is lost,bags,pt\nMoney,I want it back,refunds,de\n");
        var preview = await _kit.Datasets.PreviewAsync(same.ImportId, null, CancellationToken.None);
        Assert.Equal((mapping, true), (preview.Mapping, preview.IsRemembered));

        var another = await _kit.UploadAsync(projectId, "subject,team\nMy bag is lost,bags\nI want my money back,refunds\n", "another.csv");
        var guessed = await _kit.Datasets.PreviewAsync(another.ImportId, null, CancellationToken.None);
        Assert.False(guessed.IsRemembered);
        Assert.Equal(ColumnMapping.Of("subject", "team"), guessed.Mapping);
    }
}
