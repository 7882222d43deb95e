using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Admin;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Model;
using Portal.Features.Tune;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Admin;

public sealed class MarginTests : IAsyncLifetime
{
    private static readonly CancellationToken s_ct = CancellationToken.None;

    private readonly AdminRig _rig = new();
    private IServiceProvider _admin = null!; // given to each test
    private int _used;

    public async ValueTask InitializeAsync() => _admin = await _rig.AsAdminAsync();

    public ValueTask DisposeAsync()
    {
        _rig.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Month_OfDatedPrices_ChargesEachUseAtItsMomentAndLeavesUnknownUnknown()
    {
        // In force from the 10th: another price to customers, and another that the vendor takes. Output: ours is known, the vendor's is not.
        await OfferAsync("flash",
            Price(Meter.InputTokens, CataloguePrice.Ever, 2_000_000, vendor: 1_500_000), Price(Meter.InputTokens, Day(10), 3_000_000, vendor: 2_000_000),
            Price(Meter.OutputTokens, CataloguePrice.Ever, 9_000_000, vendor: null));
        var (north, harbour) = (await _rig.AddTenantAsync("northwind", "Northwind Travel"), await _rig.AddTenantAsync("harbour", "=Harbour"));
        await _rig.ReadAsync(north, async db =>
        {
            var subject = await DeployAsync(db, "flash");
            Use(db, subject, Meter.InputTokens, 1_000_001, 2_000_003, Day(9));
            Use(db, subject, Meter.InputTokens, 1, 3, Day(10).AddTicks(-10));
            Use(db, subject, Meter.InputTokens, 500_000, 1_500_000, Day(10));
            Use(db, subject, Meter.OutputTokens, 100_000, 900_000, Day(10));
            Use(db, subject, Meter.InputTokens, 7, 99_000_000, Day(1).AddTicks(-10));
            // What it was for is gone, and so is what model it was.
            Use(db, subject with { Id = "dep_gone" }, Meter.InputTokens, 5, 700, Day(11));
            return await db.SaveChangesAsync();
        });
        await _rig.ReadAsync(harbour, async db =>
        {
            // Billed below what the vendor takes.
            Use(db, await DeployAsync(db, "flash"), Meter.InputTokens, 1_000_000, 1_000_000, Day(20));
            return await db.SaveChangesAsync();
        });

        var month = await ReadAsync();

        // 1,000,002 at 1.50 and 500,000 at 2.00 for a million: exactly 2.500003 dollars.
        var sum = Assert.Single(month.By(MarginBy.Organization, MarginSort.Billed), s => s.Id == north);
        Assert.Equal((3_500_006, 2_500_003, 900_700, 1_000_003L), (sum.KnownMicros, sum.CostMicros, sum.UnknownMicros, sum.MarginMicros));
        Assert.Equal(1_000_003d / 3_500_006, sum.Share);
        Assert.Equal(
            [("flash", Meter.InputTokens, 2_500_003L), ("flash", Meter.OutputTokens, null), ("", Meter.InputTokens, null)],
            month.Parts.Where(p => p.TenantId == north).OrderByDescending(p => p.ModelId).ThenBy(p => p.Meter).Select(p => (p.ModelId, p.Meter, p.CostMicros)));
        Assert.Equal((-1_000_000L, -1d), (month.By(MarginBy.Organization, MarginSort.Margin)[0].MarginMicros, month.By(MarginBy.Organization, MarginSort.Share)[0].Share));
        foreach (var by in Enum.GetValues<MarginBy>())
        {
            var sums = month.By(by, MarginSort.Name);
            Assert.Equal((month.Total.BilledMicros, month.Total.CostMicros, month.Total.UnknownMicros), (sums.Sum(s => s.BilledMicros), sums.Sum(s => s.CostMicros), sums.Sum(s => s.UnknownMicros)));
        }

        // The file has the parts, a known figure or none, and no formula that somebody named themselves by.
        var csv = month.ToCsv();
        Assert.Contains($"\"2026-11\",\"Northwind Travel\",\"{north}\",\"flash\",\"Output tokens\",\"USD\",\"no\",\"100000\",\"0.9\",\"\",\"\",\"\"", csv, StringComparison.Ordinal);
        Assert.Contains("\"'=Harbour\"", csv, StringComparison.Ordinal);
        Assert.Contains("\"yes\",\"1000000\",\"1\",\"2\",\"-1\",\"-100\"", csv, StringComparison.Ordinal);
        Assert.Equal(month.Parts.Count + 1, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);

        // One organization alone; another month; and a vendor's price that becomes known later counts for what was used before.
        Assert.Equal([north], (await ReadAsync(tenantId: north)).Parts.Select(p => p.TenantId).Distinct());
        Assert.Equal(99_000_000, (await ReadAsync("2026-10")).Total.BilledMicros);
        Assert.Equal((Day(1), 0), (await ReadAsync("2027-03") is var ahead ? (ahead.From, (await ReadAsync("2026-09")).Parts.Count) : default));
        var editor = _admin.GetRequiredService<CatalogueEditor>();
        var opened = await editor.GetAsync("flash", s_ct);
        var known = opened.Entry.Prices.Select(p => p.Meter is Meter.OutputTokens ? p with { VendorPerMillion = 4_000_000 } : p).ToList();
        await editor.SaveAsync(opened.Entry with { Prices = known }, opened.Version, "", s_ct);
        Assert.Equal((700, 2_500_003 + 400_000), (await ReadAsync(tenantId: north)).Total is var total ? (total.UnknownMicros, total.CostMicros) : default);
    }

    [Fact]
    public async Task Model_OfEachKindOfWork_IsFound()
    {
        await OfferAsync("flash", Price(Meter.InputTokens, CataloguePrice.Ever, 1, vendor: 1), Price(Meter.OutputTokens, CataloguePrice.Ever, 1, vendor: 1), Price(Meter.TuningTokens, CataloguePrice.Ever, 1, vendor: 1));
        var tenant = await _rig.AddTenantAsync("northwind");
        await _rig.ReadAsync(tenant, async db =>
        {
            var deployed = await DeployAsync(db, "flash");
            var import = db.Add(new DatasetImport { ProjectId = deployed.ProjectId, FileName = "a.csv", BlobName = "a", Length = 1, Sha256 = "", UploadedAt = _rig.Now }).Entity;
            var version = db.Add(new DatasetVersion { ProjectId = deployed.ProjectId, ImportId = import.Id, Number = 1, StartedAt = _rig.Now }).Entity;
            var job = db.Add(new TuningJob
            {
                ProjectId = deployed.ProjectId, VersionId = version.Id, VersionNumber = 1, TrainRows = 1, ValidationRows = 1, BaseModelId = "flash", BaseModelName = "Flash", Location = "us-central1", Instruction = "x",
                EpochCount = 1, LearningRateMultiplier = 1, AdapterSize = 4, CreatedAt = _rig.Now, StartedByName = "Olivia",
            }).Entity;
            var run = db.Add(new CandidateRun
            {
                ProjectId = deployed.ProjectId, CandidateId = deployed.CandidateId, VersionId = version.Id, Split = Split.Test, Source = UsageSource.Evaluation, Attempt = 1, Metric = MetricKind.Accuracy, Total = 1,
                SampleLimit = null, InputPricePerMillion = 1, OutputPricePerMillion = 1, ReservedMicros = 1, CreatedAt = _rig.Now,
            }).Entity;
            run.Cancel(_rig.Now);
            var byModel = Write("flash");
            byModel.Fail("x", "x", _rig.Now);
            var byCandidate = Write(deployed.CandidateId);
            db.AddRange(byModel, byCandidate);
            foreach (var (id, meter, day) in new[] { (deployed.Id, Meter.InputTokens, 2), (job.Id, Meter.TuningTokens, 2), (run.Id, Meter.OutputTokens, 2), (byModel.Id, Meter.InputTokens, 3), (byCandidate.Id, Meter.OutputTokens, 3) })
            {
                Use(db, deployed with { Id = id }, meter, 1_000_000, 10, Day(day));
            }

            return await db.SaveChangesAsync();

            Augmentation Write(string writerId) => new()
            {
                ProjectId = deployed.ProjectId, ImportId = import.Id, VersionId = version.Id, Asked = 1, WriterId = writerId, WriterName = "w", ModelName = "flash", Temperature = 1, Seed = 1, MaxOutputTokens = 1,
                InputPricePerMillion = 1, OutputPricePerMillion = 1, ReservedMicros = 1, CreatedAt = _rig.Now,
            };
        });

        var month = await ReadAsync();

        Assert.Equal((50, 5, 0, 45L), (month.Total.BilledMicros, month.Total.CostMicros, month.Total.UnknownMicros, month.Total.MarginMicros));
        Assert.All(month.Parts, p => Assert.Equal("flash", p.ModelId));
        // The same holds the prices of the past fast.
        var until = (await _admin.GetRequiredService<CatalogueEditor>().GetAsync("flash", s_ct)).UsedUntil;
        Assert.Equal((Day(3), Day(3), Day(2)), (until[Meter.InputTokens], until[Meter.OutputTokens], until[Meter.TuningTokens]));
    }

    [Fact]
    public async Task Anybody_BesideAdmins_FindsNothing()
    {
        _rig.Seat.User = await _rig.SignInAsync("olivia", "northwind");
        await using var circuit = _rig.Circuit();

        await Assert.ThrowsAsync<NotFoundException>(() => circuit.ServiceProvider.GetRequiredService<MarginService>().ReadAsync(null, null, s_ct));
    }

    private static DateTime Day(int day) => new(2026, 11, day, 0, 0, 0, DateTimeKind.Utc);

    private static CataloguePrice Price(Meter meter, DateTime from, long price, long? vendor) => new(meter, from, price, "test") { VendorPerMillion = vendor };

    private Task<MarginMonth> ReadAsync(string? month = null, string? tenantId = null) => _admin.GetRequiredService<MarginService>().ReadAsync(month, tenantId, s_ct);

    private Task<int> OfferAsync(string id, params CataloguePrice[] prices) => _rig.ReadAsync("org_any", db =>
    {
        db.Add((CatalogueService.Embedded()[0] with { Id = id, DisplayName = "Flash", Prices = prices }).ToModel());
        return db.SaveChangesAsync();
    });

    private void Use(PortalDbContext db, Subject subject, Meter meter, long quantity, long micros, DateTime at) => db.UsageEvents.Add(new UsageEvent
    {
        ProjectId = subject.ProjectId, Meter = meter, Source = UsageSource.Endpoint, Quantity = quantity, PricePerMillion = 1, AmountMicros = micros, SubjectId = subject.Id,
        IdempotencyKey = (++_used).ToString(CultureInfo.InvariantCulture), At = at,
    });

    private async Task<Subject> DeployAsync(PortalDbContext db, string model)
    {
        var project = db.Add(new Project { CreatedByUserId = "usr_1", CreatedAt = _rig.Now }).Entity;
        await db.SaveChangesAsync();
        var recipe = db.Add(Recipe.Of(project.Id, new RecipeContent("x", [], 0, 64, "", null), _rig.Now)).Entity;
        var candidate = db.Add(new Candidate
        {
            ProjectId = project.Id, Name = "c", BaseModelId = model, Rung = Rung.Prompt, ModelName = model, RecipeId = recipe.Id, CreatedAt = _rig.Now, VersionId = null, SourceId = "ver_1", Key = "k",
        }).Entity;
        var endpoint = db.Add(new Endpoint { ProjectId = project.Id, Name = "intents", CreatedAt = _rig.Now }).Entity;
        var deployment = db.Add(new Deployment
        {
            ProjectId = project.Id, EndpointId = endpoint.Id, CandidateId = candidate.Id, CandidateName = "c", BaseModelId = model, Number = 1, GatePassed = true, ApprovedByUserId = "usr_1", ApprovedAt = _rig.Now,
        }).Entity;
        return new Subject(project.Id, deployment.Id, candidate.Id);
    }

    private sealed record Subject(string ProjectId, string Id, string CandidateId);
}
