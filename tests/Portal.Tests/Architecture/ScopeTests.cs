using System.Reflection;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Architecture;

/// <summary>Who may see every organisation's rows, and how a worker says for whom it acts: section 4 of the design.</summary>
public sealed class ScopeTests
{
    private static readonly IReadOnlySet<Reference> s_references = AssemblyReader.Read("Portal").References;

    [Fact]
    public void PlatformScope_IsEnteredInAdminUsageReportingAndHostingAlone()
    {
        Assert.Contains(s_references, r => r is { FromName: "Sweep", Member: nameof(TenantScope.EnterPlatform) });
        ArrowTests.AssertNone(s_references, BrokenPlatform);
    }

    [Fact]
    public void Workers_TakeTheTenantFirstAndEnterItsScope()
    {
        var workers = typeof(PortalDbContext).Assembly.GetTypes().Where(t => t is { IsClass: true, IsNested: false } && t.Name.EndsWith("Worker", StringComparison.Ordinal)).ToList();

        Assert.True(workers.Count > 5);
        var broken = workers.SelectMany(w => BrokenWorker(w, s_references)).ToList();
        Assert.True(broken.Count is 0, string.Join('\n', broken));
    }

    [Fact]
    public void Broken_OfAWrongUse_Tells()
    {
        Assert.NotNull(BrokenPlatform(new Reference("Portal.Features.Tune.TuningService", "Portal.Persistence.TenantScope", nameof(TenantScope.EnterPlatform))));
        Assert.Null(BrokenPlatform(new Reference("Portal.Features.Tune.TuningWorker", "Portal.Persistence.TenantScope", nameof(TenantScope.Enter))));
        Assert.Equal(2, BrokenWorker(typeof(Careless), s_references).Count());
    }

    private static string? BrokenPlatform(Reference use) =>
        use is { ToName: nameof(TenantScope), Member: nameof(TenantScope.EnterPlatform) }
        && !new[] { "Portal.Features.Admin", "Portal.Features.Billing", "Portal.Hosting" }.Any(use.FromIsWithin)
            ? "all organisations' rows are seen in Admin, usage reporting and Hosting alone" : null;

    // One that reads for the platform, where it may, has no tenant to begin with.
    private static IEnumerable<string> BrokenWorker(Type worker, IReadOnlySet<Reference> references)
    {
        var entered = references.Where(r => r.From == worker.FullName && r.ToName is nameof(TenantScope)).Select(r => r.Member).ToHashSet();
        if (entered.Contains(nameof(TenantScope.EnterPlatform)))
        {
            yield break;
        }

        if (!entered.Contains(nameof(TenantScope.Enter)))
        {
            yield return $"{worker.FullName} enters no scope";
        }

        foreach (var method in worker.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                     .Where(m => typeof(Task).IsAssignableFrom(m.ReturnType) && m.GetParameters() is not [{ Name: "tenantId" }, ..]))
        {
            yield return $"{worker.FullName}.{method.Name} does not begin with tenantId";
        }
    }

    private sealed class Careless
    {
        public static readonly Careless Instance = new();

        public Task RunAsync(string jobId) => jobId is "" || this != Instance ? Task.CompletedTask : Task.Delay(1);
    }
}
