using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Leave;
using Portal.Features.Monitor;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Persistence;

namespace Portal.Tests.Isolation;

/// <summary>
/// Workers × whose ids stand in their arguments. A row in Hangfire's table is nobody's proof of anything: work for one organisation that
/// names another's thing does what work that names nothing does.
/// </summary>
internal sealed class WorkerMatrix(Matrix matrix)
{
    private readonly IsolationWorld _world = matrix.World;
    private readonly Holdings _never = matrix.World.Own.Never();

    /// <summary>Everything waits to be done, so that a worker that may gets to work.</summary>
    public Task<IAsyncDisposable> WaitingAsync()
    {
        using var db = _world.Database.CreateOwnerContext();
        var states = db.Model.GetEntityTypes().Where(e => e.FindProperty("State") is { ClrType.IsEnum: true }).Select(e => (Entity: e.ClrType.Name, Table: e.GetTableName(), State: StateOf(e.ClrType.Name, e.FindProperty("State")!.ClrType)));
        return _world.State.SetAsync(
        [
            .. states.Where(s => s.Entity is not ("CatalogueModel" or "Engagement")).Select(s => $"UPDATE \"{s.Table}\" SET \"State\" = '{s.State}'"),
            $"UPDATE \"{Table<StoredCall>()}\" SET \"ExpiresAt\" = \"At\"",
            $"UPDATE \"{Table<Portal.Features.Deploy.Endpoint>()}\" SET \"CanaryDeploymentId\" = \"LiveDeploymentId\", \"CanaryPercent\" = 10, \"CanaryStepAt\" = \"CreatedAt\"",
            $"UPDATE \"{Table<Budget>()}\" SET \"CountAgainAt\" = \"ChangedAt\"",
            $"UPDATE \"{Table<RetuneSchedule>()}\" SET \"NextAt\" = \"SetAt\"",
            $"UPDATE \"{Table<BreakGlassVisit>()}\" SET \"EndsAt\" = \"StartedAt\"",
            $"UPDATE \"{Table<OrganizationErasure>()}\" SET \"DueAt\" = \"AskedAt\", \"NextStepAt\" = \"AskedAt\" WHERE \"State\" = 'Waiting'",
        ]);
    }

    /// <summary>Everything is over, so that a worker that clears up after it gets to work.</summary>
    public Task<IAsyncDisposable> OverAsync() => _world.State.SetAsync(
    [
        $"UPDATE \"{Table<DatasetImport>()}\" SET \"State\" = '{ImportState.Replaced}'", $"UPDATE \"{Table<OrganizationExport>()}\" SET \"ExpiresAt\" = \"AskedAt\"",
        $"UPDATE \"{Table<OrganizationImport>()}\" SET \"State\" = '{ArchiveImportState.Receiving}', \"MovedAt\" = '2020-01-01 00:00:00'",
        $"UPDATE \"{Table<Upload>()}\" SET \"LastPartAt\" = '2020-01-01 00:00:00'", $"UPDATE \"{Table<TuningJob>()}\" SET \"State\" = '{TuningJobState.Succeeded}'",
    ]);

    public static bool ClearsUp(UseCase worker) => worker.Method.Name is "ClearAsync" or "DeleteAsync";

    public async Task RunAsync(UseCase worker)
    {
        IReadOnlyList<string> kinds;
        Cell own;
        try
        {
            kinds = [.. Arguments.KindsOf(worker.Method).Where(k => k is not "tenant")];
            own = await matrix.WorkAsync(worker, OwnOf(worker));
        }
        catch (UnboundException unbound)
        {
            matrix.Faults.Add(unbound.Message);
            return;
        }

        matrix.Take(worker.Name, Matrix.Worker, "own ids", own);
        if (kinds.Count is 0)
        {
            return;
        }

        var nobody = await matrix.WorkAsync(worker, OwnOf(worker).With(_never, kinds));
        matrix.Take(worker.Name, Matrix.Worker, "ids of nobody", nobody);
        var (told, none) = (own.Told(OwnOf(worker), kinds), nobody.Told(OwnOf(worker).With(_never, kinds), kinds));
        if (told == none)
        {
            matrix.Fail(worker.Name, Matrix.Worker, "own ids", $"does nothing with them, so nothing was tried: {told}");
        }

        // The platform's own log is written for the platform, and for no organisation.
        foreach (var (id, stranger) in worker.Service == typeof(PlatformActWorker) ? [("tenant", _world.Own)] : kinds.Select(k => (k, _world.Other)))
        {
            var asked = OwnOf(worker).With(stranger, [id]);
            var cell = await matrix.WorkAsync(worker, asked);
            matrix.Take(worker.Name, Matrix.Worker, $"{id} of {stranger.Slug}", cell);
            if (cell.Told(asked, kinds) != none)
            {
                matrix.Fail(worker.Name, Matrix.Worker, $"{id} of {stranger.Slug}", $"is not as one of nobody.\n      said {cell.Told(asked, kinds)}\n      else {none}");
            }
        }
    }

    /// <summary>What a sweep wakes must be of the organisation for which it is woken, and both have something to be woken for.</summary>
    public async Task SweepAsync(Type sweep)
    {
        _world.Ears.Forget();
        await using (var scope = _world.Scope())
        {
            scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
            await using var db = await scope.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
            await ((ISwept)ActivatorUtilities.CreateInstance(scope.ServiceProvider, sweep)).EnqueueLostAsync(db, ManualTime.Start.UtcDateTime.AddDays(1), CancellationToken.None);
        }

        var work = _world.Ears.Work.ToList();
        foreach (var change in await _world.State.TakeChangesAsync())
        {
            matrix.Fail(sweep.Name, Matrix.Worker, "sweep", $"changed something: {change}");
        }

        foreach (var job in work)
        {
            matrix.Census.Count(sweep.Name, Matrix.Worker, Said.Answered);
            var (tenant, ids) = ((string)job.Args[0], job.Args.OfType<string>().Skip(1));
            if (tenant is not PlatformLog.Id && ids.Any(id => !_world.State.Rows.Any(r => r.Text.Contains(id, StringComparison.Ordinal) && r.Text.Contains(tenant, StringComparison.Ordinal))))
            {
                matrix.Fail(sweep.Name, Matrix.Worker, "sweep", $"wakes {job.Type.Name} for {tenant} with what is not its own: {string.Join(", ", ids)}");
            }
        }

        if (work.Count is 0)
        {
            matrix.Fail(sweep.Name, Matrix.Worker, "sweep", "wakes nothing, so nothing was tried");
        }
    }

    private Holdings OwnOf(UseCase worker) => worker.Service == typeof(PlatformActWorker) ? _world.Own.With("tenant", PlatformLog.Id) : _world.Own;

    private string Table<T>()
    {
        using var db = _world.Database.CreateOwnerContext();
        return db.Model.FindEntityType(typeof(T))?.GetTableName() ?? throw new InvalidOperationException(typeof(T).Name);
    }

    private static string StateOf(string entity, Type type) => entity switch
    {
        "DatasetImport" => "Mapped",
        "OrganizationImport" => "Checking",
        "TuningJob" => "Running",
        _ => Enum.GetNames(type)[0],
    };
}
