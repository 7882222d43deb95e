using System.Text;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Storage;
using Xunit;

namespace Portal.Tests.Features.Data;

/// <summary>The Data slice over a real database and a real folder. Jobs are only collected: tests run the workers themselves.</summary>
internal sealed class DataKit : IDisposable
{
    public DataKit() : this(new PortalDatabase()) { }

    /// <param name="reader">What is started to read a file, where it is not read here.</param>
    public DataKit(PortalDatabase database, ReaderProgram? reader = null)
    {
        Database = database;
        Current = new CurrentMember(Database.Scope);
        var current = Current;
        var right = new StandingRight(Database, new TenancyService(Database, TimeProvider.System), Database.Scope);
        Blobs = new BlobStore(Microsoft.Extensions.Options.Options.Create(new StorageOptions { Folder = Database.Folder }), Database.Scope);
        Readers = new SourceReader(reader ?? ReaderProgram.OfThisPortal(), Configured, NullLogger<SourceReader>.Instance);
        Projects = new ProjectService(Database, current, [], TimeProvider.System);
        Media = new MediaService(Database, current, Projects, Blobs);
        Findings = new FindingService(Database, current, TimeProvider.System);
        Rows = new RowService(Database, current, Projects);
        Edits = new RowEditService(Database, current, Projects, Rows, TimeProvider.System);
        Catalogue = new CatalogueService(Database, TimeProvider.System);
        Reviews = new ReviewService(Database, current, TimeProvider.System);
        ReviewQueue = new ReviewQueueService(Database, current, Projects, TimeProvider.System);
        ReviewResults = new ReviewResultService(Database, current, Projects, Edits);
        Redactor = new Redactor(Database, Database.Scope, Protection);
        Versions = new VersionService(Database, Database.Scope, current, Projects, Findings, Redactor, Jobs, TimeProvider.System);
        Imports = new ImportWorker(Database, Database.Scope, Blobs, Readers, right, new CatalogueLimits(Database, Catalogue), new MediaCleaner(Database, Blobs), Configured, TimeProvider.System, NullLogger<ImportWorker>.Instance);
        Freezes = new FreezeWorker(Database, Database.Scope, Projects, Redactor, right, Configured, TimeProvider.System, NullLogger<FreezeWorker>.Instance);
        Uploads = new UploadService(Database, current, Projects, Blobs, Readers, Configured, TimeProvider.System);
        Datasets = new DatasetService(Database, Database.Scope, current, Projects, Blobs, Uploads, Imports, Freezes, Versions, Findings, Jobs, Readers, TimeProvider.System);
        Examples = new ExampleService(Database, current, TimeProvider.System);
        Downloads = new DownloadService(Database, current, Projects, Examples, Media);
    }

    public PortalDatabase Database { get; }

    public CurrentMember Current { get; }

    /// <summary>Files are read in the tests' own process, which is quicker, unless a test is about the other.</summary>
    public DataOptions Options { get; } = new() { ReadIn = ReaderPlace.Portal };

    public SourceReader Readers { get; }

    public CollectedJobs Jobs { get; } = new();

    public BlobStore Blobs { get; }

    public ProjectService Projects { get; }

    public FindingService Findings { get; }

    public RowService Rows { get; }

    public RowEditService Edits { get; }

    public MediaService Media { get; }

    public CatalogueService Catalogue { get; }

    public ReviewService Reviews { get; }

    public ReviewQueueService ReviewQueue { get; }

    public ReviewResultService ReviewResults { get; }

    public VersionService Versions { get; }

    public UploadService Uploads { get; }

    public DataSweep Sweep => new(Jobs, Configured);

    public DatasetService Datasets { get; }

    public ImportWorker Imports { get; }

    public FreezeWorker Freezes { get; }

    public Redactor Redactor { get; }

    public static IDataProtectionProvider Protection { get; } = new EphemeralDataProtectionProvider();

    public ExampleService Examples { get; }

    public DownloadService Downloads { get; }

    public DownloadedArchive DownloadedArchive => new(Downloads, Media);

    private IOptions<DataOptions> Configured => Microsoft.Extensions.Options.Options.Create(Options);

    /// <summary>The same database through the eyes of another organisation.</summary>
    public DataKit AsStranger() => new(Database.For("org_stranger"));

    public async Task<string> CreateProjectAsync() => (await Projects.CreateAsync("Support triage", CancellationToken.None)).Id;

    public async Task<UploadReceipt> UploadAsync(string projectId, string content, string name = "examples.csv") =>
        await Uploads.ReceiveAsync(projectId, name, new MemoryStream(Encoding.UTF8.GetBytes(content)), null, CancellationToken.None);

    public Task<DatasetImport> ImportAsync(string projectId, string content, string name = "examples.csv", Func<ColumnMapping, ColumnMapping>? map = null) =>
        ImportAsync(projectId, Encoding.UTF8.GetBytes(content), name, map);

    /// <summary>Uploads, maps by the guess or by what a test makes of it, and imports; the import as it ended.</summary>
    public async Task<DatasetImport> ImportAsync(string projectId, byte[] content, string name, Func<ColumnMapping, ColumnMapping>? map = null)
    {
        var receipt = await Uploads.ReceiveAsync(projectId, name, new MemoryStream(content), null, CancellationToken.None);
        var preview = await Datasets.PreviewAsync(receipt.ImportId, null, CancellationToken.None);
        var importId = await Datasets.StartImportAsync(receipt.ImportId, preview.Layout, map?.Invoke(preview.Mapping) ?? preview.Mapping, CancellationToken.None);
        await Imports.RunAsync(Database.Scope.TenantId, importId, CancellationToken.None);
        return (await Datasets.OverviewAsync(projectId, CancellationToken.None)).Imports.Single(i => i.Id == importId);
    }

    /// <summary>Decides all that is open: its rows are kept, unless a test chooses otherwise.</summary>
    public async Task DecideAsync(string projectId, Func<Finding, FindingDecision>? choose = null)
    {
        foreach (var open in (await Datasets.OverviewAsync(projectId, CancellationToken.None)).Findings.Where(f => f.IsOpen))
        {
            await Findings.DecideAsync(open.Id, choose?.Invoke(open) ?? FindingDecision.Keep, CancellationToken.None);
        }
    }

    /// <summary>Freezes what takes part now, with nothing left to decide.</summary>
    public async Task<DatasetVersion> FreezeAsync(string projectId)
    {
        var begun = await Versions.FreezeAsync(projectId, "", null, CancellationToken.None);
        await Freezes.RunAsync(Database.Scope.TenantId, begun.Id, CancellationToken.None);
        await using var db = Database.CreateDbContext();
        Assert.Equal("", (await db.DatasetVersions.SingleAsync(v => v.Id == begun.Id)).Failure);
        return await Examples.GetVersionAsync(begun.Id, CancellationToken.None);
    }

    /// <summary>Rows with distinct inputs and two labels.</summary>
    public static string Csv(int rows) =>
        "text,label\n" + string.Concat(Enumerable.Range(1, rows).Select(i => $"{Sentence(i)},{(i % 2 is 0 ? "card" : "transfer")}\n"));

    /// <summary>Texts that share hardly a word.</summary>
    public static string Sentence(int seed)
    {
        var random = new Random(seed);
        return string.Join(' ', Enumerable.Range(0, 8).Select(_ => new string([.. Enumerable.Range(0, 5).Select(_ => (char)random.Next('a', 'z' + 1))])));
    }

    public void Dispose() => Database.Dispose();
}

internal sealed class CollectedJobs : IBackgroundJobClient
{
    public List<Job> All { get; } = [];

    public string Create(Job job, IState state)
    {
        All.Add(job);
        return All.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    public bool ChangeState(string jobId, IState state, string expectedState) => true;
}
