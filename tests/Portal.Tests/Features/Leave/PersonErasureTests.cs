using System.Security.Cryptography;
using System.Text;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Leave;
using Portal.Features.Model;
using Portal.Features.Monitor;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Persistence;
using Portal.Storage;
using Xunit;
using Endpoint = Portal.Features.Deploy.Endpoint;

namespace Portal.Tests.Features.Leave;

public sealed class PersonErasureTests : IDisposable
{
    private const string Canary = "anna.q7canary@example.com";

    private readonly LeaveRig _rig = new(services => services.AddScoped<ProjectService>().AddScoped<Redactor>().AddScoped<FreezeWorker>().AddScoped<MediaCleaner>().AddScoped<VersionRenewal>());
    private string _tenantId = "";
    private string _userId = "";
    private string _versionId = "";
    private string _importId = "";

    [Fact]
    public async Task Erase_KilledAtEveryContext_LeavesNothingOfThePersonAndSaysWhatItDid()
    {
        await PlantAsync();
        var id = await SearchAsync(Canary);
        await using (var owner = _rig.As(_tenantId, userId: _userId))
        {
            var view = await owner.ServiceProvider.GetRequiredService<PersonErasureService>().ReadAsync(id, 0, LeaveRig.Ct);
            var version = Assert.Single(view.Erasure.Ledger.Versions);
            Assert.Equal((2, 1, 1), (version.Train, version.Validation, version.Test));
            Assert.Equal(["rows.csv", "unread.csv"], view.Erasure.Ledger.Files.Select(f => f.Name).Order());
            Assert.Equal("Tuned Flash", Assert.Single(view.Erasure.Ledger.Models).Name);
            Assert.Equal(4, view.Total);
            Assert.Equal((2, 1, 1, 2, 1, 1), (Repeats("texts kept of calls"), Repeats("words of feedback"), Repeats("answers to programs"), Repeats("words of failures"), Repeats("column names"), Repeats("examples in prompts")));
            // One that waits, one that was rejected, and a wish: the accepted one is the row it became.
            Assert.Equal(3, Repeats("drafts of synthetic rows"));
            long Repeats(string what) => view.Erasure.Ledger.Repeats.GetValueOrDefault(what);
            // The sealed one is counted, and its text is not told.
            Assert.Equal([3, 7, 12], view.Rows.Where(r => r.Input is not null).Select(r => r.Number));
            await owner.ServiceProvider.GetRequiredService<PersonErasureService>().ConfirmAsync(id, LeaveRig.Ct);
        }

        var deaths = await EraseAsync(id, dying: true);
        Assert.True(deaths > 10);
        foreach (var spelling in new[] { "q7canary", "Q7CANARY" })
        {
            Assert.Empty(await Leftovers.RowsWithAsync(_rig.Database, spelling));
            Assert.Empty(Leftovers.FilesWith(_rig.BlobsOf(_tenantId), spelling));
        }

        await CheckWhatIsLeftAsync(id);
    }

    [Fact]
    public async Task Search_ForWhoeverMayNot_IsRefusedAndWhatIsTakenOutStays()
    {
        await PlantAsync();
        await using (var admin = _rig.As(_tenantId, MemberRole.Admin))
        {
            await Assert.ThrowsAnyAsync<PortalException>(() => admin.ServiceProvider.GetRequiredService<PersonErasureService>().SearchAsync(Canary, PersonMatchMode.Exact, LeaveRig.Ct));
        }

        var id = await SearchAsync(Canary);
        await using var owner = _rig.As(_tenantId, userId: _userId);
        var erasures = owner.ServiceProvider.GetRequiredService<PersonErasureService>();
        await Assert.ThrowsAsync<PortalException>(() => erasures.SearchAsync(Canary, PersonMatchMode.Exact, LeaveRig.Ct));
        await erasures.CancelAsync(id, LeaveRig.Ct);

        Assert.Equal(0, await _rig.ReadAsync(_tenantId, db => db.PersonErasureRows.CountAsync(LeaveRig.Ct)));
        Assert.Equal("", await _rig.ReadAsync(_tenantId, db => db.PersonErasures.Select(e => e.Sought).SingleAsync(LeaveRig.Ct)));
        Assert.Equal(30, await _rig.ReadAsync(_tenantId, db => db.FrozenExamples.CountAsync(LeaveRig.Ct)));
        await Assert.ThrowsAsync<PortalException>(() => erasures.ConfirmAsync(id, LeaveRig.Ct));

        // The second search, before the receipt is sealed, finds the row that was taken out, and leaves it.
        id = await SearchAsync(Canary);
        await erasures.KeepAsync(id, _importId, 3, LeaveRig.Ct);
        var view = await erasures.ReadAsync(id, 0, LeaveRig.Ct);
        Assert.Equal((3, 1), (view.Total, Assert.Single(view.Erasure.Ledger.Versions).Train));
        await Assert.ThrowsAsync<NotFoundException>(() => erasures.KeepAsync(id, _importId, 3, LeaveRig.Ct));
        await erasures.ConfirmAsync(id, LeaveRig.Ct);
        await EraseAsync(id, dying: false);
        Assert.Equal([3], await _rig.ReadAsync(_tenantId, db => db.Examples.Where(e => e.Input.Contains("Q7CANARY")).Select(e => e.Number).ToListAsync(LeaveRig.Ct)));
        Assert.Equal(2, await _rig.ReadAsync(_tenantId, db => db.FrozenExamples.CountAsync(e => e.Input.Contains("Q7CANARY"), LeaveRig.Ct)));
        Assert.Contains("1 row", (await erasures.ReadAsync(id, 0, LeaveRig.Ct)).Receipt?.Notes.Single());
    }

    [Theory]
    [InlineData("Anna Müller", """{"text":"by A\u006ena\nM\u00FCller."}""", true)]
    [InlineData("Anna Müller", """{"text":"by Anna\u0041 Müller"}""", false)]
    [InlineData("+49 151 2345678", """{"tel":"\u002B49 151\t234 5678"}""", true)]
    [InlineData("anna@example.com", """C:\new\anna@example.com""", true)]
    public void IsIn_WrittenAsJson_IsReadAsWhatItSays(string value, string text, bool isIn) =>
        Assert.Equal(isIn, new PersonMatch(value, PersonMatchMode.Normalized).IsIn(text));

    [Theory]
    [InlineData("Anna Müller", "Regards, anna MULLER (Berlin)", true)]
    [InlineData("Anna Müller", "Anna Müllerson", false)]
    [InlineData("0151-2345 678", "call +49 151 2345678 now", true)]
    [InlineData("0151-2345 678", "order 151, 2345 pieces, 678 g", false)]
    [InlineData("anna@example.com", "ANNA@EXAMPLE.COM", true)]
    [InlineData("C-4711", "customer c 4711.", true)]
    public void IsIn_HoweverItIsWritten_FindsThePersonAndNobodyElse(string value, string text, bool isIn)
    {
        Assert.Equal(isIn, new PersonMatch(value, PersonMatchMode.Normalized).IsIn(text));
        Assert.True(new PersonMatch(value, PersonMatchMode.Exact).IsIn($"…{value}…"));
        Assert.Equal(text.Contains(value, StringComparison.Ordinal), new PersonMatch(value, PersonMatchMode.Exact).IsIn(text));
    }

    public void Dispose() => _rig.Dispose();

    private async Task CheckWhatIsLeftAsync(string id)
    {
        await using var owner = _rig.As(_tenantId, userId: _userId);
        var view = await owner.ServiceProvider.GetRequiredService<PersonErasureService>().ReadAsync(id, 0, LeaveRig.Ct);
        Assert.Equal(view.Erasure.ReceiptHash, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(view.Erasure.ReceiptJson))));
        var removed = view.Receipt?.Removed ?? new Dictionary<string, long>();
        Assert.Equal((4, 4, 1, 1, 2, 1), (removed["rows worked on"], removed["frozen rows"], removed["answers to them"], removed["examples in prompts"], removed["uploaded files"], removed["archives of the organization"]));
        Assert.Equal((1, 1, 2, 1, 1), (removed["former texts of rows"], removed["files of rows"], removed["texts kept of calls"], removed["words of feedback"], removed["answers to programs"]));
        await using var db = _rig.Database.For(_tenantId).CreateDbContext();
        var (old, renewed) = (await db.DatasetVersions.SingleAsync(v => v.Id == _versionId, LeaveRig.Ct), await db.DatasetVersions.SingleAsync(v => v.CopiedFromId == _versionId, LeaveRig.Ct));
        Assert.Equal((4, 26, VersionState.Frozen, 26), (old.ErasedCount, old.Count, renewed.State, renewed.Count));
        Assert.Equal(26, await db.FrozenExamples.CountAsync(e => e.VersionId == renewed.Id, LeaveRig.Ct));
        Assert.Equal(old.TestCount, renewed.TestCount);
        Assert.Equal([3, 7, 12, 20], await db.ErasedRows.OrderBy(e => e.Number).Select(e => e.Number).ToListAsync(LeaveRig.Ct));
        Assert.Equal([Media(2)], await db.MediaFiles.Select(m => m.Sha256).ToListAsync(LeaveRig.Ct));
        Assert.Equal(2, await db.VersionMedia.CountAsync(LeaveRig.Ct));
        Assert.Equal((8, "", ReviewVerdict.Says), await db.ReviewAnswers.Select(a => new ValueTuple<int, string, ReviewVerdict>(a.Number, a.Output, a.Verdict)).SingleAsync(LeaveRig.Ct));
        Assert.Equal(8, (await db.ReviewRows.SingleAsync(LeaveRig.Ct)).Number);
        var feedback = await db.AnswerFeedback.OrderBy(f => f.ResponseId).ToListAsync(LeaveRig.Ct);
        Assert.Equal([("", Thumb.Down), ("fine", Thumb.Up)], feedback.Select(f => (f.Comment, f.Thumb)));
        Assert.Equal("{}", (await db.IdempotentAnswers.SingleAsync(LeaveRig.Ct)).Body);
        Assert.Equal(3, removed["drafts of synthetic rows"]);
        Assert.Equal([(3, DraftState.Accepted, ""), (4, DraftState.Open, "A row of nobody's")], (await db.SyntheticDrafts.OrderBy(d => d.Place).ToListAsync(LeaveRig.Ct)).Select(d => (d.Place, d.State, d.Input)));
        Assert.Equal(("", "", 4), await db.Augmentations.Select(a => new ValueTuple<string, string, int>(a.Wish, a.ProblemDetails, a.Asked)).SingleAsync(LeaveRig.Ct));
        Assert.Equal("r2", (await db.TrafficDrafts.SingleAsync(LeaveRig.Ct)).ResponseId);
        // What is left and the hashes of what is gone still prove the version.
        Assert.Equal(old.ContentHash, await HashAsync(db, _versionId));
        Assert.Equal(new ErasedTraining(2, old.ErasedAt.GetValueOrDefault()), (await new CandidateService(_rig.Database.For(_tenantId), _rig.Time).ErasedTrainingAsync(old.ProjectId, LeaveRig.Ct)).Single().Value);
    }

    /// <summary>Works until it is done; a process that may die dies at each context in turn, a little later each time.</summary>
    private async Task<int> EraseAsync(string id, bool dying)
    {
        var deaths = 0;
        for (var lives = 1; await StateAsync(id) is not PersonErasureState.Erased; lives++)
        {
            Assert.True(lives < 400, "It does not come to its end.");
            var left = dying ? lives : int.MaxValue;
            _rig.OnContext = () =>
            {
                if (--left < 0)
                {
                    deaths++;
                    throw new OperationCanceledException("The process died.");
                }
            };
            await DieAsync<PersonErasureWorker>(w => w.RunAsync(_tenantId, id, LeaveRig.Ct));
            _rig.OnContext = () => { };
            foreach (var freeze in _rig.Work.Enqueued.Where(j => j.Type == typeof(FreezeWorker)).Select(j => (string)j.Args[1]).Distinct().ToList())
            {
                await _rig.WorkAsync<FreezeWorker>(w => w.RunAsync(_tenantId, freeze, LeaveRig.Ct));
            }

            _rig.Time.Advance(TimeSpan.FromMinutes(3));
        }

        return deaths;
    }

    private Task<PersonErasureState> StateAsync(string id) => _rig.ReadAsync(_tenantId, db => db.PersonErasures.Where(e => e.Id == id).Select(e => e.State).SingleAsync(LeaveRig.Ct));

    private async Task<string> SearchAsync(string value)
    {
        await using var owner = _rig.As(_tenantId, userId: _userId);
        var id = await owner.ServiceProvider.GetRequiredService<PersonErasureService>().SearchAsync(value, PersonMatchMode.Normalized, LeaveRig.Ct);
        await _rig.WorkAsync<PersonErasureWorker>(w => w.RunAsync(_tenantId, id, LeaveRig.Ct));
        return id;
    }

    private async Task DieAsync<T>(Func<T, Task> run)
        where T : notnull => await _rig.WorkAsync<T>(async worker =>
        {
            try
            {
                await run(worker);
            }
            catch (OperationCanceledException)
            {
            }
        });

    /// <summary>Thirty rows in a version, four of them the person's, one of these sealed; a model, answers and a prompt that saw them, two files and an archive.</summary>
    private async Task PlantAsync()
    {
        _tenantId = await _rig.AddOrganizationAsync("own");
        await using var owner = _rig.As(_tenantId);
        var services = owner.ServiceProvider;
        await using var db = await services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(LeaveRig.Ct);
        _userId = await db.Members.Where(m => m.TenantId == _tenantId).Select(m => m.UserId).SingleAsync(LeaveRig.Ct);
        var project = await services.GetRequiredService<ProjectService>().CreateAsync("Support triage", LeaveRig.Ct);
        string Input(int i) => i is 3 or 7 or 12 or 20 ? $"Row {i} by Anna.Q7CANARY@example.com" : $"Row {i} says {i * 7919}";
        var csv = "text,label\n" + string.Concat(Enumerable.Range(1, 30).Select(i => $"{Input(i)},card\n"));
        var import = await FileAsync(services, project.Id, "rows.csv", csv);
        await FileAsync(services, project.Id, "unread.csv", $"text,label\nsomething of {Canary},x\n");
        await FileAsync(services, project.Id, "clean.csv", "text,label\nnothing,x\n");
        _importId = import.Id;
        db.RowEdits.Add(new RowEdit { ImportId = import.Id, Number = 7, Revision = 1, Change = EditKind.Edited, Input = $"formerly {Canary}", Output = "card", At = _rig.Now });
        var review = new Review { ProjectId = project.Id, ImportId = import.Id, Name = "Labels", IsBlind = true, ReviewersPerRow = 1, RowCount = 2, AskedAt = _rig.Now };
        db.Reviews.Add(review);
        foreach (var (number, said) in new[] { (7, "account"), (8, $"as {Canary} has it") })
        {
            db.ReviewRows.Add(new ReviewRow { ReviewId = review.Id, Number = number, Place = number });
            db.ReviewAnswers.Add(new ReviewAnswer { ReviewId = review.Id, Number = number, UserId = _userId, UserName = "Olivia", Verdict = ReviewVerdict.Says, Output = said, At = _rig.Now, Slot = 1 });
        }

        db.Examples.AddRange(Enumerable.Range(1, 30).Select(i => new Example { ImportId = import.Id, Number = i, Input = Input(i), Output = "card", Content = Content(i) }));
        var version = new DatasetVersion { ProjectId = project.Id, ImportId = import.Id, Number = 1, StartedAt = _rig.Now, Total = 30 };
        db.DatasetVersions.Add(version);
        _versionId = version.Id;
        db.FrozenExamples.AddRange(Enumerable.Range(1, 30).Select(i => new FrozenExample { VersionId = version.Id, Split = i is 12 ? Split.Validation : i < 20 ? Split.Train : i < 25 ? Split.Test : Split.Validation, Number = i, Input = Input(i), Output = "card", Content = Content(i) }));
        await PlantMediaAsync(services, db, project.Id, version);
        await db.SaveChangesAsync(LeaveRig.Ct);
        version.Freeze(new VersionTotals(18, 7, 5, 1, new SplitPlan([]), await HashAsync(db, version.Id), ""), _rig.Now);
        PlantModel(db, project.Id, version, Input(3));
        PlantDrafts(db, version);
        PlantCalls(db, project.Id);
        await db.SaveChangesAsync(LeaveRig.Ct);
        await _rig.ExportAsync(_tenantId);
    }

    /// <summary>A picture that only the person's row 7 names, and one that row 8 names as well.</summary>
    private static string? Content(int number) => number is not (7 or 8) ? null
        : $$"""{"contents":[{"role":"user","parts":[{{(number is 7 ? Part(1) + "," : "")}}{{Part(2)}}]},{"role":"model","parts":[{"text":"card"}]}]}""";

    private static string Part(int file) => $$$"""{"fileData":{"mimeType":"image/png","fileUri":"media:{{{Media(file)}}}/{{{file}}}.png"}}""";

    private static string Media(int file) => new((char)('0' + file), 64);

    private async Task PlantMediaAsync(IServiceProvider services, PortalDbContext db, string projectId, DatasetVersion version)
    {
        foreach (var file in new[] { 1, 2 })
        {
            var (length, _) = await services.GetRequiredService<BlobStore>().WriteAsync($"media/{file}", new MemoryStream(Encoding.UTF8.GetBytes(file is 1 ? Canary : "a cat")), 1_000, LeaveRig.Ct);
            var media = new MediaFile { ProjectId = projectId, Sha256 = Media(file), Length = length, MimeType = "image/png", Kind = MediaKind.Image, BlobName = $"media/{file}", AddedAt = _rig.Now };
            db.MediaFiles.Add(media);
            db.VersionMedia.Add(new VersionMedia { VersionId = version.Id, MediaId = media.Id, Split = Split.Train });
        }
    }

    /// <summary>Drafts that repeat the person, one in each state, and one that does not; somebody's wish and a vendor's words do so too. Row 3 was a draft before it was a row.</summary>
    private void PlantDrafts(PortalDbContext db, DatasetVersion version)
    {
        var run = new Augmentation
        {
            ProjectId = version.ProjectId, ImportId = _importId, VersionId = version.Id, Wish = $"as {Canary} writes", Asked = 4, WriterId = "flash", WriterName = "Flash", ModelName = "flash", Temperature = 1, Seed = 1,
            MaxOutputTokens = 100, InputPricePerMillion = 1, OutputPricePerMillion = 1, ReservedMicros = 1, CreatedAt = _rig.Now,
        };
        run.Fail("Google refused.", $"It holds {Canary}.", _rig.Now);
        db.Augmentations.Add(run);
        var drafts = Enumerable.Range(1, 4).Select(place => SyntheticDraft.Of(run.Id, place, new WrittenRow(place is 4 ? "A row of nobody's" : $"Draft {place} for Anna.Q7CANARY@example.com", "card"), "1,3")).ToList();
        drafts[1].Reject("Olivia", _rig.Now);
        drafts[2].Accept(3, "Olivia", _rig.Now);
        db.SyntheticDrafts.AddRange(drafts);
    }

    /// <summary>Texts kept of two calls, what was said about two answers, what a program was answered, and an import that failed at a row.</summary>
    private void PlantCalls(PortalDbContext db, string projectId)
    {
        var endpoint = new Endpoint { ProjectId = projectId, Name = "triage", CreatedAt = _rig.Now };
        db.Endpoints.Add(endpoint);
        var deployment = new Deployment
        {
            ProjectId = projectId, EndpointId = endpoint.Id, CandidateId = db.Candidates.Local.Single().Id, CandidateName = "Tuned Flash", BaseModelId = "flash", Number = endpoint.TakeNumber(), GatePassed = true,
            ApprovedByUserId = "usr_1", ApprovedAt = _rig.Now,
        };
        db.Deployments.Add(deployment);
        foreach (var (id, text) in new[] { ("r1", $"I am {Canary}"), ("r2", "fine") })
        {
            db.StoredCalls.Add(new StoredCall { ProjectId = projectId, DeploymentId = deployment.Id, ResponseId = id, Input = text, Answer = "card", IsValid = true, At = _rig.Now, ExpiresAt = _rig.Now.AddDays(30) });
            var feedback = new AnswerFeedback { ProjectId = projectId, EndpointId = endpoint.Id, DeploymentId = deployment.Id, ResponseId = id, Source = UsageSource.Endpoint, AnsweredAt = _rig.Now };
            feedback.Say(new FeedbackDraft(id is "r1" ? Thumb.Down : Thumb.Up, null, text, ""), _rig.Now.AddDays(30), _rig.Now);
            db.AnswerFeedback.Add(feedback);
            db.TrafficDrafts.Add(TrafficDraft.Of(
                new TakenCall(projectId, id, WrongReasons.Disliked, "A question", "card", text) { DeploymentName = "triage@1", ModelName = "Tuned Flash", CalledAt = _rig.Now, ExpiresAt = _rig.Now.AddDays(30) }, "Olivia", _rig.Now));
        }

        var key = new ApiKey { Name = "Pipeline", Prefix = "pk_abc", Hash = new string('0', KeySecret.HashLength), CreatedAt = _rig.Now };
        db.ApiKeys.Add(key);
        var answer = new IdempotentAnswer { ApiKeyId = key.Id, MarkHash = new string('1', 64), Fingerprint = new string('2', 64), StartedAt = _rig.Now };
        answer.Finish(200, $$"""{"failure":"Row 4 \u003A {{Canary}}"}""", "");
        db.IdempotentAnswers.Add(answer);
        var failed = db.DatasetImports.Single(i => i.Id == _importId);
        db.Entry(failed).Property(i => i.Failure).CurrentValue = $"Row 4 says {Canary}.";
        db.Entry(failed).Property(i => i.MappingJson).CurrentValue = ColumnMapping.Of(Canary, "label").ToStored();
    }

    private void PlantModel(PortalDbContext db, string projectId, DatasetVersion version, string shot)
    {
        var recipe = Recipe.Of(projectId, new RecipeContent("Classify.", [new Shot(shot, "card"), new Shot("Another", "card")], 0, 100, "", null), _rig.Now);
        db.Recipes.Add(recipe);
        var job = new TuningJob
        {
            ProjectId = projectId, VersionId = version.Id, VersionNumber = 1, TrainRows = 18, ValidationRows = 7, BaseModelId = "flash", BaseModelName = "Flash", Location = "us-central1", Instruction = "Classify.",
            EpochCount = 3, LearningRateMultiplier = 1, AdapterSize = 4, CreatedAt = _rig.Now, StartedByName = "Olivia",
        };
        db.TuningJobs.Add(job);
        db.Entry(job).Property(j => j.State).CurrentValue = TuningJobState.Succeeded;
        db.Entry(job).Property(j => j.OrderedAt).CurrentValue = _rig.Now;
        var candidate = new Candidate
        {
            ProjectId = projectId, Name = "Tuned Flash", Rung = Rung.Tuned, BaseModelId = "flash", ModelName = "endpoints/1", RecipeId = recipe.Id, VersionId = version.Id, SourceId = job.Id, Key = "tuned", CreatedAt = _rig.Now,
        };
        db.Candidates.Add(candidate);
        var run = new CandidateRun
        {
            ProjectId = projectId, CandidateId = candidate.Id, VersionId = version.Id, Split = Split.Test, Source = default, Attempt = 1, Metric = MetricKind.Accuracy, Total = 5, SampleLimit = null,
            InputPricePerMillion = 1, OutputPricePerMillion = 1, ReservedMicros = 1, CreatedAt = _rig.Now,
        };
        db.CandidateRuns.Add(run);
        run.Cancel(_rig.Now);
        db.CandidateAnswers.Add(new CandidateAnswer { RunId = run.Id, Number = 20, Answer = $"card, as {Canary} wants" });
        db.CandidateAnswers.Add(new CandidateAnswer { RunId = run.Id, Number = 21, Answer = "card" });
    }

    private async Task<DatasetImport> FileAsync(IServiceProvider services, string projectId, string name, string content)
    {
        var (length, sha256) = await services.GetRequiredService<BlobStore>().WriteAsync($"upload/{name}", new MemoryStream(Encoding.UTF8.GetBytes(content)), 100_000, LeaveRig.Ct);
        await using var db = await services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(LeaveRig.Ct);
        var import = new DatasetImport { ProjectId = projectId, FileName = name, BlobName = $"upload/{name}", Length = length, Sha256 = sha256, UploadedAt = _rig.Now };
        db.DatasetImports.Add(import);
        await db.SaveChangesAsync(LeaveRig.Ct);
        return import;
    }

    private static async Task<string> HashAsync(PortalDbContext db, string versionId)
    {
        var rows = (await db.FrozenExamples.AsNoTracking().Where(e => e.VersionId == versionId).ToListAsync(LeaveRig.Ct)).Select(r => (r.Number, r.Split, Hash: FrozenExample.HashOf(r.Input, r.Output, r.System, r.Content)));
        var erased = (await db.ErasedRows.AsNoTracking().Where(e => e.VersionId == versionId).ToListAsync(LeaveRig.Ct)).Select(e => (e.Number, e.Split, Hash: Convert.FromHexString(e.Hash)));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var row in rows.Concat(erased).OrderBy(r => r.Number))
        {
            hash.AppendData(row.Hash);
            hash.AppendData([(byte)row.Split]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
