using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Evaluate;
using Portal.Features.Leave;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Persistence;
using Portal.Storage;
using Portal.Tests.Features.Evaluate;
using Xunit;

namespace Portal.Tests.Features.Leave;

/// <summary>An organisation that has come all the way: data, a tuned model, an evaluation with its figures, a deployment; and its archive.</summary>
public sealed class EvaluatedOrganization : IAsyncLifetime
{
    public const string TenantId = "org_test";

    private readonly EvaluateRig _evaluate = new();

    /// <summary>What a model says beside the label; null where it says that alone. Then the answers are texts and not labels.</summary>
    internal Func<int, string>? Says { get; init; }

    /// <summary>Changes rows before they are hashed as a freeze hashes them.</summary>
    internal Func<PortalDbContext, Task> Change { get; init; } = _ => Task.CompletedTask;

    internal Action<IServiceCollection>? More { get; init; }

    internal string ProjectId => _evaluate.ProjectId;

    public byte[] Archive { get; private set; } = [];

    internal LeaveRig Rig { get; private set; } = null!; // filled before each test

    public async ValueTask InitializeAsync()
    {
        var right = _evaluate.Right(60, 90);
        await (Says is null ? _evaluate.SeedAsync(test: 40) : _evaluate.SeedAsync(test: 40, kind: TaskKind.Answer, metric: MetricKind.TokenF1));
        // The prompt of the first version serves, so each figure of the model stands beside those against what is live.
        _evaluate.Live.Model = new LiveModel(_evaluate.Baseline.Id, _evaluate.Model.Now);
        await _evaluate.EvaluateAsync(Says is null ? right : (candidate, number, label) => right(candidate, number, label) + Says(number));
        Rig = new LeaveRig(More, database: _evaluate.Model.Database);
        await using (var owner = Rig.As(TenantId))
        {
            await PlantAsync(owner.ServiceProvider);
        }

        await using var bytes = await Rig.DownloadAsync(TenantId, (await Rig.ExportAsync(TenantId)).Id);
        Archive = bytes.ToArray();
    }

    public ValueTask DisposeAsync()
    {
        Rig.Dispose();
        _evaluate.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task PlantAsync(IServiceProvider services)
    {
        var (length, sha256) = await services.GetRequiredService<BlobStore>().WriteAsync("upload/1", new MemoryStream("text,label\nx,a\n"u8.ToArray()), 1_000, LeaveRig.Ct);
        await using var db = await services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(LeaveRig.Ct);
        var (project, version, tuned) = (_evaluate.ProjectId, _evaluate.VersionId, _evaluate.Tuned);
        await Change(db);
        foreach (var id in await db.DatasetVersions.Select(v => v.Id).ToListAsync(LeaveRig.Ct))
        {
            await HashAsync(db, id);
        }

        db.DatasetImports.Add(new DatasetImport { ProjectId = project, FileName = "rows.csv", BlobName = "upload/1", Length = length, Sha256 = sha256, UploadedAt = db.Now, UploadedByUserId = "usr_1", UploadedByName = "Olivia" });
        var import = db.DatasetImports.Local.Single();
        db.Examples.Add(new Example { ImportId = import.Id, Number = 1, Input = "=cmd|' /C calc'!A0", Output = "a" });
        var job = new TuningJob
        {
            ProjectId = project, VersionId = version, VersionNumber = 2, TrainRows = 12, ValidationRows = 12, BaseModelId = tuned.BaseModelId, BaseModelName = "Flash", Location = "us-central1", Instruction = "Classify.",
            EpochCount = 3, LearningRateMultiplier = 1.5, AdapterSize = 4, CreatedAt = db.Now, StartedByName = "Olivia", StartedByUserId = "usr_1",
        };
        db.TuningJobs.Add(job);
        db.Entry(job).Property(j => j.State).CurrentValue = TuningJobState.Running;
        db.Entry(job).Property(j => j.Slot).CurrentValue = project;
        db.Entry(job).Property(j => j.VendorName).CurrentValue = "projects/1/locations/us-central1/tuningJobs/7";
        db.Entry(job).Property(j => j.TrainUri).CurrentValue = "gs://bucket/train.jsonl";
        db.MetricPoints.Add(new MetricPoint { JobId = job.Id, Curve = CurveKind.TrainLoss, Step = 1, Value = 0.123456789012345678 });
        db.Checkpoints.Add(new Checkpoint { JobId = job.Id, VendorId = "1", Epoch = 1, Step = 10, Endpoint = "projects/1/locations/us-central1/endpoints/7" });
        var endpoint = new Endpoint { ProjectId = project, Name = "support", CreatedAt = db.Now };
        db.Endpoints.Add(endpoint);
        var deployment = new Deployment
        {
            ProjectId = project, EndpointId = endpoint.Id, CandidateId = tuned.Id, CandidateName = tuned.Name, BaseModelId = tuned.BaseModelId, Number = endpoint.TakeNumber(), GatePassed = true,
            ApprovedByUserId = "usr_1", ApprovedByName = "Olivia", ApprovedAt = db.Now,
        };
        deployment.GoLive(db.Now);
        db.Deployments.Add(deployment);
        db.ApiKeys.Add(new ApiKey { ProjectId = project, Name = "Desk", Prefix = "pk_abc", Hash = new string('0', KeySecret.HashLength), CreatedAt = db.Now });
        db.Reservations.Add(new Reservation { ProjectId = project, SubjectId = job.Id, AmountMicros = 5_000_000, HeldAt = db.Now });
        db.Add(new FormerMember { UserId = "usr_gone", EndedAt = db.Now });
        await db.SaveChangesAsync(LeaveRig.Ct);
        endpoint.PutLive(deployment.Id);
        await db.SaveChangesAsync(LeaveRig.Ct);
    }

    /// <summary>As a freeze would have left it.</summary>
    private static async Task HashAsync(PortalDbContext db, string versionId)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var test = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var row in await db.FrozenExamples.AsNoTracking().Where(e => e.VersionId == versionId).OrderBy(e => e.Number).ToListAsync(LeaveRig.Ct))
        {
            var hash = FrozenExample.HashOf(row.Input, row.Output, row.System, row.Content);
            all.AppendData(hash);
            all.AppendData([(byte)row.Split]);
            if (row.Split is Split.Test)
            {
                test.AppendData(hash);
            }
        }

        var (content, digest) = (Convert.ToHexStringLower(all.GetHashAndReset()), Convert.ToHexStringLower(test.GetHashAndReset()));
        await db.DatasetVersions.Where(v => v.Id == versionId).ExecuteUpdateAsync(set => set.SetProperty(v => v.ContentHash, content).SetProperty(v => v.TestDigest, digest), LeaveRig.Ct);
    }
}
