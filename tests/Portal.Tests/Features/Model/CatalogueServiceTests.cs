using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Model;

public sealed class CatalogueServiceTests : IDisposable
{
    private static readonly CancellationToken s_ct = TestContext.Current.CancellationToken;

    private static readonly DateTime s_now = new(2026, 11, 25, 9, 0, 0, DateTimeKind.Utc);

    private readonly PortalDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task ListAsync_Seeded_HasEachTierAndNoTunablePro()
    {
        var models = await SeededAsync();

        Assert.Equal([ModelTier.Pro, ModelTier.Flash, ModelTier.FlashLite], models.Where(m => m.IsOffered).Select(m => m.Tier).Distinct());
        Assert.DoesNotContain(models, m => m.Tier is ModelTier.Pro && m.IsTunable);
        Assert.Equal(["gemini-3.1-flash-lite", "gemini-3.5-flash", "gemini-3.5-flash-lite"], models.Where(m => m.IsTunable).Select(m => m.Id).Order());
    }

    [Fact]
    public async Task ListAsync_Seeded_RetiredModelsAreLastAndNameASuccessorThatIsOffered()
    {
        var models = await SeededAsync();
        var retired = models.SkipWhile(m => m.IsOffered).ToList();

        Assert.Equal(5, retired.Count);
        Assert.All(retired, m => Assert.False(m.IsOffered));
        Assert.All(retired, m => Assert.Contains(models, s => s.Id == m.SuccessorId && s.IsOffered && s.Tier == m.Tier));
    }

    [Fact]
    public async Task SeedAsync_Again_KeepsWhatAnAdminChanged()
    {
        await SeededAsync();
        await using (var db = _database.CreateDbContext())
        {
            IReadOnlyList<CataloguePrice> prices = [new(Meter.TuningTokens, CataloguePrice.Ever, 9_000_000, "An admin")];
            await db.CatalogueModels.Where(m => m.Id == "gemini-3.5-flash").ExecuteUpdateAsync(s => s.SetProperty(m => m.Prices, prices), s_ct);
            await db.CatalogueModels.Where(m => m.Id == "gemini-3.8-flash").ExecuteDeleteAsync(s_ct);
        }

        var models = await SeededAsync();

        Assert.Equal(9_000_000, models.Single(m => m.Id == "gemini-3.5-flash").TrainingPriceAt(s_now, practice: true));
        Assert.Contains(models, m => m.Id == "gemini-3.8-flash");
    }

    [Theory]
    [InlineData("gemini-3.1-flash-lite", 3_000_000L, 3_000_000L)]
    [InlineData("gemini-3.5-flash", null, 8_000_000L)]
    [InlineData("gemini-3.5-flash-lite", null, 3_000_000L)]
    [InlineData("gemini-3.1-pro-preview", null, null)]
    public async Task TrainingPrice_OnGoogleAndInPractice_IsNullWhereNoneIsKnown(string id, long? real, long? practice)
    {
        var model = (await SeededAsync()).Single(m => m.Id == id);

        Assert.Equal(real, model.TrainingPriceAt(s_now, practice: false));
        Assert.Equal(practice, model.TrainingPriceAt(s_now, practice: true));
        Assert.Equal(real is null && practice is not null, model.PracticePriceSource.StartsWith("Practice price", StringComparison.Ordinal));
    }

    [Fact]
    public async Task PricesAt_PromotionEnds_TheListPriceReturns()
    {
        var model = (await SeededAsync()).Single(m => m.Id == "gemini-3.8-flash");

        Assert.Equal(new TokenPrices(750_000, 3_750_000), model.PricesAt(new DateTime(2026, 12, 31, 23, 59, 59, DateTimeKind.Utc)));
        Assert.Equal(new TokenPrices(1_500_000, 7_500_000), model.PricesAt(new DateTime(2027, 1, 1, 0, 0, 0, DateTimeKind.Utc)));
    }

    [Fact]
    public async Task PricesAt_NoPriceInTheCatalogue_IsNotZero() =>
        Assert.Null((await SeededAsync()).Single(m => m.Id == "gemini-1.5-flash").PricesAt(DateTime.UnixEpoch));

    [Fact]
    public async Task Embedded_EveryModel_SaysWhereItsPricesAreFrom() =>
        Assert.All(await SeededAsync(), m =>
        {
            Assert.All(m.Prices, p => Assert.NotEqual("", p.Source));
            Assert.Equal(m.PracticeTrainingPricePerMillion is null, m.PracticePriceSource is "");
            Assert.NotEqual("", m.StateReason);
        });

    [Fact]
    public async Task Embedded_EveryModel_ObeysTheRulesOfTheEditor()
    {
        var models = await SeededAsync();

        Assert.All(models, m => Assert.Empty(CatalogueRules.Faults(CatalogueEntry.Of(m), models, s_now)));
    }

    [Fact]
    public async Task SeedAsync_OverABuildThatKeptNoDatesOfPrices_FillsThemIn()
    {
        var before = (await SeededAsync()).Single(m => m.Id == "gemini-3.8-flash").Prices;
        await using (var db = _database.CreateDbContext())
        {
            IReadOnlyList<CataloguePrice> none = [];
            await db.CatalogueModels.ExecuteUpdateAsync(s => s.SetProperty(m => m.Prices, none), s_ct);
        }

        Assert.Equal(before, (await SeededAsync()).Single(m => m.Id == "gemini-3.8-flash").Prices);
    }

    [Fact]
    public async Task Embedded_TunableModel_StartsFromTheSettingsOfTheDesign() =>
        Assert.All((await SeededAsync()).Where(m => m.IsTunable), m =>
        {
            Assert.Equal([1, 2, 4, 8, 16], m.AdapterSizes);
            Assert.Equal((4, 100), (m.DefaultAdapterSize, m.MaxEpochs));
            Assert.Equal(["us-central1", "europe-west4"], m.TuningLocations);
        });

    [Fact]
    public async Task GetAsync_UnknownModel_IsNotFound() =>
        await Assert.ThrowsAsync<NotFoundException>(() => new CatalogueService(_database, TimeProvider.System).GetAsync("gemini-0", s_ct));

    private async Task<IReadOnlyList<CatalogueModel>> SeededAsync()
    {
        var catalogue = new CatalogueService(_database, TimeProvider.System);
        await catalogue.SeedAsync(s_ct);
        return await catalogue.ListAsync(s_ct);
    }
}
