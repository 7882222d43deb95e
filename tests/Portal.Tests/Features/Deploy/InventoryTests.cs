using System.Collections.Concurrent;
using Bunit;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Deploy;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Deploy;

public sealed class InventoryTests
{
    private const string Place = "projects/p/locations/us-central1";

    private static readonly CancellationToken s_ct = CancellationToken.None;

    [Fact]
    public async Task Look_FindsWhatHasNoOtherHalfAndWhatIsIdle_MailsItOnce_AndEndsWhatIsSettled()
    {
        await using var rig = await GatewayRig.StartAsync();
        var used = await rig.GoLiveAsync("org_a", "used");
        await rig.GoLiveAsync("org_a", "unused");
        await rig.GoLiveAsync("org_b", "theirs");
        using (await rig.PostAsync(used.Generate, used.Key))
        {
        }

        await rig.ReadAsync("org_a", db => db.Users.ExecuteUpdateAsync(set => set.SetProperty(u => u.IsEmailVerified, true)));
        await rig.ReadAsync("org_a", db => db.Deployments.ExecuteUpdateAsync(set => set.SetProperty(d => d.DeployedAt, db.Now.AddDays(-20))));
        await AddTunedAsync(rig, used, "Still there", $"{Place}/endpoints/1");
        await AddTunedAsync(rig, used, "Long gone", $"{Place}/endpoints/2");
        var google = new FakeRegistry(rig);

        await LookAsync(rig);

        await using var viewer = rig.As("org_a", MemberRole.Viewer);
        var seen = await Inventory(viewer).ReadAsync(s_ct);
        Assert.Equal(["unused", "used"], seen.Uses.Select(u => u.Name));
        Assert.Equal((20, null), (seen.Uses[0].IdleDays, seen.Uses[0].LastCallAt));
        Assert.Null(seen.Uses[1].IdleDays);
        Assert.Equal(await rig.ReadAsync("org_a", db => db.InferenceLogs.SumAsync(l => l.AmountMicros)), seen.Uses[1].AmountMicros);
        Assert.True(seen.Uses[1].AmountMicros > 0);
        Assert.Equal([$"{Place}/endpoints/9", $"{Place}/models/9"], seen.AtGoogle.Select(s => s.Name));
        Assert.Equal($"{Place}/endpoints/2", Assert.Single(seen.Gone).Name);
        Assert.Equal((1, 1, false), (seen.Look?.Models, seen.Look?.Endpoints, seen.IsLooking));
        var mail = Assert.Single(await MailsAsync(rig));
        Assert.Equal("4 endpoints and models to look at", mail.Subject);
        Assert.Equal("unused of Support triage has had no call with a key for 14 days or more.", await rig.ReadAsync("org_a", db => db.Strays.Where(s => s.Kind == StrayKind.IdleEndpoint).Select(s => s.Note).SingleAsync()));
        // Nothing but reading was asked of Google.
        Assert.All(google.Changes, Assert.Fail);

        // The same again is no news; half an answer ends nothing; what is settled ends, and is news when it comes back.
        await LookAsync(rig);
        google.Fails = "/endpoints/2";
        await LookAsync(rig);
        Assert.Single(await MailsAsync(rig));
        var failed = await Inventory(viewer).ReadAsync(s_ct);
        Assert.Equal((2, 1, "Google answers 403 PERMISSION_DENIED."), (failed.AtGoogle.Count, failed.Gone.Count, failed.Look?.Problem));
        (google.Fails, google.Has[$"{Place}/endpoints/2"]) = ("", ("org_a", "tun_any", true));
        await LookAsync(rig);
        Assert.DoesNotContain((await Inventory(viewer).ReadAsync(s_ct)).Gone, s => s.Name == $"{Place}/endpoints/2");
        google.Has.TryRemove($"{Place}/endpoints/2", out _);
        await LookAsync(rig);
        Assert.Equal("An endpoint or model to look at", (await MailsAsync(rig))[^1].Subject);
    }

    [Fact]
    public async Task Delete_TakesOnlyWhatCarriesTheLabelAtThatMoment_AndIsOnRecordBeforeGoogleIsAsked()
    {
        await using var rig = await GatewayRig.StartAsync();
        await rig.GoLiveAsync("org_a", "intents");
        var google = new FakeRegistry(rig);
        await LookAsync(rig);
        await using var admin = rig.As("org_a", MemberRole.Admin);
        await using var editor = rig.As("org_a", MemberRole.Editor);
        await using var stranger = rig.As("org_b");
        var (endpoint, model) = ((await Inventory(admin).ReadAsync(s_ct)).AtGoogle[0], (await Inventory(admin).ReadAsync(s_ct)).AtGoogle[1]);
        await Assert.ThrowsAsync<ForbiddenException>(() => Inventory(editor).DeleteAsync(endpoint.Id, s_ct));
        await Assert.ThrowsAsync<NotFoundException>(() => Inventory(stranger).DeleteAsync(endpoint.Id, s_ct));

        // Google serves it to somebody else by now.
        google.Has[endpoint.Name] = ("org_b", "tun_lost", true);
        Assert.Contains("leaves it alone", (await Assert.ThrowsAsync<PortalException>(() => Inventory(admin).DeleteAsync(endpoint.Id, s_ct))).Message, StringComparison.Ordinal);
        google.Has[endpoint.Name] = ("org_a", "tun_lost", true);
        google.FailsToDelete = true;
        Assert.Contains("not deleted", (await Assert.ThrowsAsync<PortalException>(() => Inventory(admin).DeleteAsync(model.Id, s_ct))).Message, StringComparison.Ordinal);
        Assert.Equal("Google answers 400 FAILED_PRECONDITION.", (await Inventory(admin).ReadAsync(s_ct)).AtGoogle[1].Problem);
        Assert.Equal(1, await rig.ReadAsync("org_a", db => db.Set<AuditEntry>().CountAsync(e => e.Action == "stray.deleted")));
        google.FailsToDelete = false;

        await Inventory(admin).DeleteAsync(endpoint.Id, s_ct);
        await Inventory(admin).DeleteAsync(model.Id, s_ct);

        Assert.Equal([$"POST {Place}/endpoints/9:undeployModel", $"DELETE {Place}/endpoints/9", $"DELETE {Place}/models/9"], google.Changes.TakeLast(3));
        Assert.Empty((await Inventory(admin).ReadAsync(s_ct)).AtGoogle);
        Assert.Equal(3, await rig.ReadAsync("org_a", db => db.Set<AuditEntry>().CountAsync(e => e.Action == "stray.deleted")));
        Assert.Contains($"{Place}/endpoints/8", google.Has.Keys);
    }

    [Fact]
    public async Task Page_ShowsBothSides_LooksAgain_AndDeletes()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await AddTunedAsync(rig, live, "Long gone", $"{Place}/endpoints/2");
        _ = new FakeRegistry(rig);
        await using var screen = new GatewayScreen(rig, MemberRole.Owner);
        var page = screen.Open<InventoryPage>(null);

        page.WaitForAssertion(() => Assert.Contains("Not compared yet", page.Markup, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.Contains(page.FindAll("button"), b => b.TextContent.Trim() is "Look again" && !b.HasAttribute("disabled")));
        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Trim() is "Look again").Click());
        page.WaitForAssertion(() => Assert.Contains("Asking Google", page.Markup, StringComparison.Ordinal));
        await LookAsync(rig, isDue: true);
        page.WaitForAssertion(() => Assert.Contains("Long gone was called there", page.Find("[aria-label='Known here, and gone at Google']").TextContent, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.Contains(page.FindAll("button"), b => b.GetAttribute("aria-label") == $"Delete {Place}/endpoints/9 at Google" && !b.HasAttribute("disabled")));
        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.GetAttribute("aria-label") == $"Delete {Place}/endpoints/9 at Google").Click());
        screen.Dialogs.WaitForAssertion(() => Assert.Contains("cannot be undone", screen.Dialogs.Find(".mud-dialog").TextContent, StringComparison.Ordinal));
        await screen.Dialogs.InvokeAsync(() => screen.Dialogs.FindAll(".mud-dialog button").Single(b => b.TextContent.Trim() is "Delete").Click());
        page.WaitForAssertion(() => Assert.DoesNotContain("endpoints/9", page.Markup, StringComparison.Ordinal));
    }

    private static async Task LookAsync(GatewayRig rig, bool isDue = false)
    {
        if (!isDue)
        {
            await using var asker = rig.As("org_a");
            await Inventory(asker).LookAgainAsync(s_ct);
        }

        await using var worker = rig.AsNobody();
        await worker.ServiceProvider.GetRequiredService<InventoryWorker>().RunAsync("org_a", s_ct);
    }

    private static Task<List<OutgoingMail>> MailsAsync(GatewayRig rig) => rig.ReadAsync("org_a", db => db.OutgoingMails.OrderBy(m => m.Id).ToListAsync());

    private static Task<int> AddTunedAsync(GatewayRig rig, LiveEndpoint live, string name, string endpoint) => rig.ReadAsync("org_a", async db =>
    {
        var first = await db.Candidates.AsNoTracking().SingleAsync(c => c.Id == live.CandidateId);
        db.Candidates.Add(new Candidate
        {
            ProjectId = first.ProjectId, Name = name, Rung = Rung.Tuned, BaseModelId = first.BaseModelId, ModelName = endpoint,
            RecipeId = first.RecipeId, VersionId = null, SourceId = name, Key = name, CreatedAt = db.Now,
        });
        return await db.SaveChangesAsync();
    });

    private static InventoryService Inventory(AsyncServiceScope scope) => scope.ServiceProvider.GetRequiredService<InventoryService>();

    /// <summary>A registry of Google's with one model and its endpoint of a lost job, one endpoint that a candidate is called at, and others of other people.</summary>
    private sealed class FakeRegistry
    {
        public FakeRegistry(GatewayRig rig)
        {
            var inner = rig.Vertex.Answer;
            rig.Vertex.Answer = http => http.Request.Path.Value!.Contains("/locations/us-central1/", StringComparison.Ordinal) ? AnswerAsync(http)
                : HttpMethods.IsGet(http.Request.Method) ? FakeVertex.JsonAsync(http, "{}") : inner(http);
        }

        /// <summary>By name: whose, of which tuning, and whether something is deployed on it.</summary>
        public ConcurrentDictionary<string, (string Tenant, string Job, bool Serves)> Has { get; } = new()
        {
            [$"{Place}/endpoints/1"] = ("", "", true), [$"{Place}/models/9"] = ("org_a", "tun_lost", true), [$"{Place}/endpoints/9"] = ("org_a", "tun_lost", true),
            [$"{Place}/endpoints/8"] = ("org_b", "tun_theirs", true),
        };

        public ConcurrentQueue<string> Changes { get; } = [];

        public string Fails { get; set; } = "none";

        public bool FailsToDelete { get; set; }

        private Task AnswerAsync(HttpContext http)
        {
            var path = http.Request.Path.Value![(http.Request.Path.Value!.IndexOf("/projects/", StringComparison.Ordinal) + 1)..];
            var name = Place + path[path.LastIndexOf('/')..].Split(':')[0];
            name = path.Contains("/endpoints", StringComparison.Ordinal) ? name.Replace(Place, Place + "/endpoints", StringComparison.Ordinal) : name.Replace(Place, Place + "/models", StringComparison.Ordinal);
            if (!HttpMethods.IsGet(http.Request.Method))
            {
                Changes.Enqueue($"{http.Request.Method} {path}");
                if (FailsToDelete)
                {
                    return FakeVertex.FailAsync(http, 400, "FAILED_PRECONDITION");
                }

                if (path.EndsWith(":undeployModel", StringComparison.Ordinal))
                {
                    Has[name] = Has[name] with { Serves = false };
                }
                else
                {
                    Has.TryRemove(name, out _);
                }

                return FakeVertex.JsonAsync(http, """{"name":"projects/p/locations/us-central1/operations/1","done":true,"response":{}}""");
            }

            return path switch
            {
                _ when Fails.Length > 0 && path.EndsWith(Fails, StringComparison.Ordinal) => FakeVertex.FailAsync(http, 403, "PERMISSION_DENIED"),
                _ when path.EndsWith("/models", StringComparison.Ordinal) => FakeVertex.JsonAsync(http, $$"""{"models":[{{Listed("/models/")}}]}"""),
                _ when path.EndsWith("/endpoints", StringComparison.Ordinal) => FakeVertex.JsonAsync(http, $$"""{"endpoints":[{{Listed("/endpoints/")}}]}"""),
                _ when Has.ContainsKey(name) => FakeVertex.JsonAsync(http, Json(name)),
                _ => FakeVertex.FailAsync(http, 404, "NOT_FOUND"),
            };
        }

        private string Listed(string kind) => string.Join(',', Has.Keys.Where(n => n.Contains(kind, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(Json));

        private string Json(string name)
        {
            var (tenant, job, serves) = Has[name];
            return $$"""{"name":"{{name}}","labels":{"portal-tenant":"{{tenant}}","portal-job":"{{job}}"},"deployedModels":[{{(serves ? """{"id":"1"}""" : "")}}]}""";
        }
    }
}
