using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Admin;
using Portal.Features.Billing;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Admin;

public sealed class CatalogueEditorTests : IAsyncLifetime
{
    private const string Flash = "gemini-3.5-flash";

    private static readonly CancellationToken s_ct = CancellationToken.None;

    private readonly AdminRig _rig = new();
    private CatalogueEditor _editor = null!; // given to each test

    public async ValueTask InitializeAsync()
    {
        var pat = await _rig.AsAdminAsync();
        await pat.GetRequiredService<CatalogueService>().SeedAsync(s_ct);
        _editor = pat.GetRequiredService<CatalogueEditor>();
    }

    public ValueTask DisposeAsync()
    {
        _rig.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Save_ANewPrice_HoldsFromItsMomentAndStandsInHistoryAndLog()
    {
        var opened = await _editor.GetAsync(Flash, s_ct);
        var from = _rig.Now.AddDays(10);
        var entry = opened.Entry with { Prices = [.. opened.Entry.Prices, new(Meter.InputTokens, from, 2_000_000, "Google's page")] };

        await _editor.SaveAsync(entry, opened.Version, "Google raised it", s_ct);

        var now = await _editor.GetAsync(Flash, s_ct);
        Assert.Equal((1_500_000, 2_000_000), (Price(now, from.AddSeconds(-1)), Price(now, from)));
        var step = Assert.Single(now.History);
        Assert.Equal((1, "pat", "Google raised it"), (step.Number, step.ByName, step.Note));
        Assert.Equal(("Input tokens from 2026-12-05 09:00:00", "", "$2.00 per million (Google's page)"), (step.Fields[0].Field, step.Fields[0].Before, step.Fields[0].After));
        var logged = Assert.Single(await _rig.LogAsync(PlatformLog.Id));
        Assert.Equal(("catalogue.changed", "pat", Flash), (logged.Action, logged.ActorName, logged.TargetId));
        Assert.Contains("Input tokens from 2026-12-05 09:00:00: none → $2.00 per million", logged.Details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Save_APriceOfThePast_IsRefusedOnceItWasUsedAndUsageKeepsItsPrice()
    {
        await UseAsync(_rig.Now.AddHours(-1));
        var opened = await _editor.GetAsync(Flash, s_ct);
        Assert.Equal(_rig.Now.AddHours(-1), opened.UsedUntil[Meter.InputTokens]);
        var price = new CataloguePrice(Meter.InputTokens, _rig.Now.AddHours(-2), 9_000_000, "x");
        var rest = opened.Entry.Prices.Where(p => p.Meter is not Meter.InputTokens);

        foreach (CataloguePrice[] prices in (CataloguePrice[][])[[.. opened.Entry.Prices, price], [.. rest, price with { From = CataloguePrice.Ever }], [.. rest, price with { From = _rig.Now.AddDays(1) }]])
        {
            var refused = await Assert.ThrowsAsync<PortalException>(() => _editor.SaveAsync(opened.Entry with { Prices = prices }, opened.Version, "", s_ct));
            Assert.Contains("were used until 2026-11-25 08:00:00 UTC", refused.Message, StringComparison.Ordinal);
        }

        await _editor.SaveAsync(opened.Entry with { Prices = [.. opened.Entry.Prices, price with { From = _rig.Now }] }, opened.Version, "", s_ct);
        Assert.Equal(9_000_000, Price(await _editor.GetAsync(Flash, s_ct), _rig.Now));
        Assert.Equal(1_500_000, (await _rig.ReadAsync("org_a", db => db.UsageEvents.SingleAsync())).PricePerMillion);
    }

    [Fact]
    public async Task Save_ByTwoAdmins_TheSecondIsToldByWhomAndChangesNothing()
    {
        var opened = await _editor.GetAsync(Flash, s_ct);
        var kim = (await _rig.AsAdminAsync("kim")).GetRequiredService<CatalogueEditor>();
        await kim.SaveAsync(opened.Entry with { DisplayName = "Kim's" }, opened.Version, "", s_ct);

        var conflict = await Assert.ThrowsAsync<CatalogueConflictException>(() => _editor.SaveAsync(opened.Entry with { DisplayName = "Pat's" }, opened.Version, "", s_ct));

        Assert.Contains("kim changed this model", conflict.Message, StringComparison.Ordinal);
        Assert.Equal("Kim's", (await _editor.GetAsync(Flash, s_ct)).Entry.DisplayName);
    }

    [Fact]
    public async Task Save_ByManyAtOnce_IsDoneOnce()
    {
        var opened = await _editor.GetAsync(Flash, s_ct);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 5).Select(async i =>
        {
            try
            {
                await _editor.SaveAsync(opened.Entry with { DisplayName = $"Flash {i}" }, opened.Version, "", s_ct);
                return true;
            }
            catch (CatalogueConflictException)
            {
                return false;
            }
        }));

        Assert.Single(outcomes, done => done);
        Assert.Single((await _editor.GetAsync(Flash, s_ct)).History);
        Assert.Single(await _rig.LogAsync(PlatformLog.Id));
    }

    [Fact]
    public async Task BringBack_AnEarlierState_IsANewChangeAndLeavesThePastsPrices()
    {
        var first = await _editor.GetAsync(Flash, s_ct);
        await _editor.SaveAsync(
            first.Entry with { MaxEpochs = 7, Prices = [.. first.Entry.Prices, new(Meter.InputTokens, _rig.Now, 2_000_000, "x"), new(Meter.InputTokens, _rig.Now.AddDays(5), 3_000_000, "x")] },
            first.Version, "", s_ct);
        _rig.Time.Advance(TimeSpan.FromHours(2));
        var changedAt = _rig.Now.AddHours(-2);
        await UseAsync(_rig.Now.AddHours(-1));
        var second = await _editor.GetAsync(Flash, s_ct);

        await _editor.BringBackAsync(Flash, 0, second.Version, s_ct);

        var now = await _editor.GetAsync(Flash, s_ct);
        Assert.Equal((100, 2L, 0L), (now.Entry.MaxEpochs, now.History[0].Number, now.History[0].BroughtBack));
        Assert.Equal([1_500_000, 2_000_000, 1_500_000, 1_500_000], new[] { changedAt.AddSeconds(-1), changedAt, _rig.Now, _rig.Now.AddDays(9) }.Select(at => Price(now, at)));
        await Assert.ThrowsAsync<PortalException>(() => _editor.BringBackAsync(Flash, 77, now.Version, s_ct));
    }

    [Fact]
    public async Task Add_ANewModel_IsOfferedFromItsDayAndOnlyOnce()
    {
        var entry = (await _editor.GetAsync(Flash, s_ct)).Entry with { Id = "gemini-4-flash", DisplayName = "Gemini 4 Flash", AvailableAt = _rig.Now.AddDays(1) };
        await _editor.AddAsync(entry, "", s_ct);

        await Assert.ThrowsAsync<PortalException>(() => _editor.AddAsync(entry, "", s_ct));
        await using var customer = _rig.Circuit();
        var catalogue = customer.ServiceProvider.GetRequiredService<CatalogueService>();
        Assert.DoesNotContain(await catalogue.ListAsync(s_ct), m => m.Id == "gemini-4-flash");
        _rig.Time.Advance(TimeSpan.FromDays(1));
        Assert.Contains(await catalogue.ListAsync(s_ct), m => m.Id == "gemini-4-flash");
    }

    [Fact]
    public async Task Anybody_ElsesEdit_FindsNothing()
    {
        var opened = await _editor.GetAsync(Flash, s_ct);
        _rig.Seat.User = await _rig.SignInAsync("olivia", "northwind");
        await Assert.ThrowsAsync<NotFoundException>(() => _editor.SaveAsync(opened.Entry with { DisplayName = "Olivia's" }, opened.Version, "", s_ct));
        await Assert.ThrowsAsync<NotFoundException>(() => _editor.ListAsync(s_ct));
    }

    public static TheoryData<string, Func<CatalogueEntry, CatalogueEntry>> Wrong => new()
    {
        { "Id:", e => e with { Id = "Gemini Flash" } },
        { "Name:", e => e with { DisplayName = " " } },
        { "Why it is", e => e with { StateReason = "" } },
        { "Successor:", e => e with { SuccessorId = "gemini-1.5-pro" } },
        { "Successor:", e => e with { SuccessorId = e.Id } },
        { "Dates:", e => e with { AvailableAt = e.RetiresAt } },
        { "Retires:", e => e with { State = ModelState.Retiring, RetiresAt = null } },
        { "Retires:", e => e with { RetiresAt = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc) } },
        { "Adapter sizes:", e => e with { AdapterSizes = [4, 4] } },
        { "Adapter sizes:", e => e with { DefaultAdapterSize = 32 } },
        { "Tuning locations:", e => e with { TuningLocations = [] } },
        { "Tuning locations:", e => e with { TuningLocations = ["Iowa"] } },
        { "Limits:", e => e with { MaxEpochs = 0 } },
        { "Least thinking:", e => e with { LeastThinkingBudget = 5 } },
        { "Prices: each is more", e => e with { Prices = [.. e.Prices, new(Meter.TuningTokens, CataloguePrice.Ever, 0, "x")] } },
        { "Prices: say where", e => e with { Prices = [.. e.Prices, new(Meter.TuningTokens, CataloguePrice.Ever, 1, " ")] } },
        { "Prices: two prices", e => e with { Prices = [.. e.Prices, e.Prices[0]] } },
        { "Prices: input and output", e => e with { Prices = [e.Prices[0]] } },
        { "Prices: a model that can be tuned", e => e with { PracticeTrainingPricePerMillion = null } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Faults_OfAWrongEntry_NameTheField(string begins, Func<CatalogueEntry, CatalogueEntry> spoil)
    {
        var models = CatalogueService.Embedded().Select(e => e.ToModel()).ToList();
        var entry = CatalogueService.Embedded().Single(e => e.Id == Flash);

        var fault = Assert.Single(CatalogueRules.Faults(spoil(entry), [.. models.Where(m => m.Id != entry.Id)], _rig.Now));
        Assert.StartsWith(begins, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Draft_OfAnEntry_ReadsBackTheSameAndNamesWhatItCannotRead()
    {
        foreach (var entry in CatalogueService.Embedded())
        {
            Assert.Empty(CatalogueDiff.Between(entry, CatalogueDraft.Of(entry).Read(_rig.Now)));
        }

        var draft = new CatalogueDraft { Retires = "tomorrow", MaxEpochs = "a few", PracticePrice = "0.0000001" };
        draft.NewPrices.Add(new PriceDraft { Dollars = "-1", From = "soon" });
        var unreadable = Assert.Throws<PortalException>(() => draft.Read(_rig.Now)).Message;
        Assert.All(["Retires:", "Most passes:", "Practice price:", "Input tokens, from:", "Input tokens:"], field => Assert.Contains(field, unreadable, StringComparison.Ordinal));
    }

    private static long? Price(EditedModel model, DateTime at) => CataloguePrice.At(model.Entry.Prices, Meter.InputTokens, at)?.PerMillion;

    /// <summary>A live deployment of the model answered somebody.</summary>
    private Task UseAsync(DateTime at) => _rig.ReadAsync("org_a", async db =>
    {
        var project = new Project { CreatedByUserId = "usr_1", CreatedAt = at };
        db.Add(project);
        await db.SaveChangesAsync();
        var recipe = Recipe.Of(project.Id, new RecipeContent("x", [], 0, 64, "", null), at);
        var candidate = new Candidate
        {
            ProjectId = project.Id, Name = "c", BaseModelId = Flash, Rung = Rung.Prompt, ModelName = Flash, RecipeId = db.Add(recipe).Entity.Id, CreatedAt = at, VersionId = null, SourceId = "ver_1", Key = "k",
        };
        db.Add(candidate);
        var endpoint = db.Add(new Endpoint { ProjectId = project.Id, Name = "intents", CreatedAt = at }).Entity;
        var deployment = new Deployment
        {
            ProjectId = project.Id, EndpointId = endpoint.Id, CandidateId = candidate.Id, CandidateName = "c", BaseModelId = Flash, Number = 1, GatePassed = true,
            ApprovedByUserId = "usr_1", ApprovedAt = at,
        };
        db.Add(deployment);
        db.UsageEvents.Add(new UsageEvent
        {
            ProjectId = project.Id, Meter = Meter.InputTokens, Source = UsageSource.Endpoint, Quantity = 1, PricePerMillion = 1_500_000, AmountMicros = 2, SubjectId = deployment.Id,
            IdempotencyKey = $"{at:O}", At = at,
        });
        return await db.SaveChangesAsync();
    });
}
