using Portal.Features.Tune;
using Xunit;

namespace Portal.Tests.Features.Tune;

/// <summary>A database, a Google and one process of the portal between them, made anew for each test.</summary>
public abstract class TuneTest : IAsyncLifetime
{
    private protected static readonly DateTime s_now = new(2026, 11, 23, 12, 0, 0, DateTimeKind.Utc);
    private protected static readonly TuningSettings s_settings = new(new Hyperparameters(2, null, 4));

    private protected PortalDatabase Database { get; } = new();

    private protected FakeVertex Google { get; private set; } = null!; // started before each test

    private protected TuneRig Rig { get; private set; } = null!; // made before each test

    public async ValueTask InitializeAsync()
    {
        Google = await FakeVertex.StartAsync();
        Rig = new TuneRig(Database, Google.Address, s_now);
    }

    /// <summary>A project that is ready, and its job, started and not yet moved.</summary>
    private protected async Task<(string ProjectId, TuningJob Job)> StartAsync(TuningSettings? settings = null)
    {
        var projectId = await TuneSeed.ProjectAsync(Database);
        return (projectId, await Rig.AsMemberAsync(t => t.StartAsync(projectId, settings ?? s_settings, CancellationToken.None)));
    }

    public virtual async ValueTask DisposeAsync()
    {
        Rig.Dispose();
        await Google.DisposeAsync();
        Database.Dispose();
        GC.SuppressFinalize(this);
    }
}
