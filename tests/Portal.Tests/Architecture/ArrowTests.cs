using Microsoft.AspNetCore.Components;
using Xunit;

namespace Portal.Tests.Architecture;

public sealed class ArrowTests
{
    private static readonly (IReadOnlySet<Reference> References, IReadOnlySet<string> Subjects) s_portal = AssemblyReader.Read("Portal");

    [Theory]
    [InlineData("Portal")]
    [InlineData("Portal.Vertex")]
    [InlineData("Portal.Sandbox")]
    public void Projects_KnowOnlyWhatTheDesignSays(string assembly)
    {
        var (references, subjects) = AssemblyReader.Read(assembly);

        Assert.True(subjects.Count(s => s.StartsWith("Portal.", StringComparison.Ordinal)) > 10);
        AssertNone(references, use => Arrows.BrokenProject(use, assembly));
    }

    [Fact]
    public void Layers_PointDownwards()
    {
        foreach (var layer in new[] { "Portal.Shell.", "Portal.Features.", "Portal.Components.", "Portal.Persistence.", "Portal.Storage." })
        {
            Assert.Contains(s_portal.Subjects, s => s.StartsWith(layer, StringComparison.Ordinal));
        }

        AssertNone(s_portal.References, Arrows.BrokenLayer);
    }

    [Fact]
    public void Slices_ReadOnlyToTheLeft()
    {
        Assert.True(s_portal.References.Count(r => r.FromIsWithin("Portal.Features") && r.ToIsWithin("Portal.Features")) > 100);
        AssertNone(s_portal.References, Arrows.BrokenSlice);
    }

    [Fact]
    public void Slices_UseNoPageOrWorkerOfAnother()
    {
        Assert.Contains(s_portal.Subjects, IsComponent);
        AssertNone(s_portal.References, use => Arrows.BrokenInside(use, IsComponent));
    }

    [Theory]
    [InlineData("Portal", "Portal.Features.Connect.ConnectService", "Portal.Sandbox.SandboxServer")]
    [InlineData("Portal", "Portal.Hosting.Sweep", "Portal.Sandbox.SandboxServer")]
    [InlineData("Portal", "Program", "Portal.Sandbox.SandboxServer")]
    [InlineData("Portal.Sandbox", "Portal.Sandbox.SandboxServer", "Portal.Features.Tenancy.User")]
    [InlineData("Portal.Vertex", "Portal.Vertex.VertexClient", "Portal.PortalException")]
    [InlineData("Portal.Vertex", "Portal.Vertex.VertexClient", "Portal.Sandbox.SandboxServer")]
    public void BrokenProject_OfAWrongReference_Tells(string assembly, string from, string to) =>
        Assert.NotNull(Arrows.BrokenProject(new Reference(from, to), assembly));

    [Theory]
    [InlineData("Portal.Components.Faces", "Portal.Features.Define.Project")]
    [InlineData("Portal.Components.Faces", "Portal.Persistence.PortalDbContext")]
    [InlineData("Portal.Components.Faces", "Microsoft.EntityFrameworkCore.DbContext")]
    [InlineData("Portal.Persistence.Sqlite.SqlitePortalDbContext", "Portal.Features.Define.Project")]
    [InlineData("Portal.Storage.BlobStore", "Portal.Hosting.Sweep")]
    [InlineData("Portal.Features.Define.DefinePage", "Portal.Shell.PortalTheme")]
    public void BrokenLayer_OfAWrongReference_Tells(string from, string to) => Assert.NotNull(Arrows.BrokenLayer(new Reference(from, to)));

    [Theory]
    [InlineData("Portal.Features.Data.ExampleService", "Portal.Features.Model.Candidate")]
    [InlineData("Portal.Features.Evaluate.EvaluationService", "Portal.Features.Tune.TuningJob")]
    [InlineData("Portal.Features.Billing.BillingService", "Portal.Features.Define.Project")]
    [InlineData("Portal.Features.Tenancy.TenancyService", "Portal.Features.Connect.ConnectService")]
    [InlineData("Portal.Features.Deploy.DeployService", "Portal.Features.Admin.DemoPeople")]
    [InlineData("Portal.Hosting.Sweep", "Portal.Features.Admin.DemoPeople")]
    [InlineData("Portal.Features.Define.ProjectService", "Portal.Features.Unheard.Of")]
    public void BrokenSlice_OfAWrongReference_Tells(string from, string to) => Assert.NotNull(Arrows.BrokenSlice(new Reference(from, to)));

    [Theory]
    [InlineData("Portal.Features.Tune.TuningService", "Portal.Features.Data.ExampleService")]
    [InlineData("Portal.Features.Tune.TuningService", "Portal.Features.Billing.BillingService")]
    [InlineData("Portal.Features.Admin.DemoSeed", "Portal.Features.Deploy.Deployment")]
    [InlineData("Program", "Portal.Features.Admin.AdminFeature")]
    [InlineData("Portal.Hosting.EmbeddedSandbox", "Portal.Features.Admin.DemoPeople")]
    public void BrokenSlice_OfARightReference_IsSilent(string from, string to) => Assert.Null(Arrows.BrokenSlice(new Reference(from, to)));

    [Theory]
    [InlineData("Portal.Features.Data.UploadWorker")]
    [InlineData("Portal.Features.Data.UploadSweep")]
    [InlineData("Portal.Features.Define.DefinePage")]
    public void BrokenInside_OfAPageOrWorker_Tells(string to) =>
        Assert.NotNull(Arrows.BrokenInside(new Reference("Portal.Features.Tune.TuningService", to), IsComponent));

    internal static void AssertNone(IReadOnlySet<Reference> references, Func<Reference, string?> broken)
    {
        var found = references.Select(use => (Use: use, Why: broken(use))).Where(f => f.Why is not null).Select(f => $"{f.Use}: {f.Why}").Order().ToList();
        Assert.True(found.Count is 0, string.Join('\n', found));
    }

    private static bool IsComponent(string type) =>
        typeof(PortalUrls).Assembly.GetType(type) is { } known && typeof(IComponent).IsAssignableFrom(known);
}
