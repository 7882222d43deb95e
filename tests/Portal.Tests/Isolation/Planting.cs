using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
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
using Portal.Tests.Features.Leave;

namespace Portal.Tests.Isolation;

/// <summary>
/// Fills the world: a row in every table for each customer, twins but for the canary, with the values that let the rightful reader get to
/// the end; and the people.
/// </summary>
internal sealed class Planting(IsolationWorld world)
{
    private static readonly CatalogueModel s_model = CatalogueService.Embedded().Select(e => e.ToModel()).First(m => m is { IsOffered: true, Prices.Count: > 0 });

    private readonly List<Person> _people = [new("anonymous", Standing.Barred, "", "", "")];

    public Holdings Own { get; private set; } = null!; // set by RunAsync, before anybody looks

    public Holdings Closed { get; private set; } = null!;

    public Holdings Other { get; private set; } = null!;

    public IReadOnlyList<Person> People => _people;

    private DateTime Now => world.Time.GetUtcNow().UtcDateTime;

    public async Task RunAsync()
    {
        var (own, other) = (await TenantAsync("atlas", TenantKind.Customer), await TenantAsync("boreal", TenantKind.Customer));
        var distant = await TenantAsync("distant", TenantKind.Consultancy);
        var (consultancy, suspended) = (await TenantAsync("counsel", TenantKind.Consultancy), await TenantAsync("dormant", TenantKind.Customer));
        foreach (var role in Enum.GetValues<MemberRole>())
        {
            await PersonAsync(role.ToString().ToLowerInvariant(), Standing.Member, (own, role));
        }

        // Not the last owner, so that the one who acts may leave.
        await PersonAsync("second-owner", Standing.Bystander, (own, MemberRole.Owner));
        await PersonAsync("other-owner", Standing.Barred, (other, MemberRole.Owner));
        await PersonAsync("other-second", Standing.Bystander, (other, MemberRole.Owner));
        await PersonAsync("removed", Standing.Barred);
        await PersonAsync("of-suspended", Standing.Barred, (suspended, MemberRole.Owner));
        await PersonAsync("platform-admin", Standing.Barred, isAdmin: true);
        await PersonAsync("looking-in", Standing.LookingIn, isAdmin: true);
        foreach (var (name, standing) in new[] { ("consultant", Standing.Consultant), ("consultant-of-both", Standing.Consultant), ("narrow-consultant", Standing.Consultant), ("run-out", Standing.RunOut), ("expired-consultant", Standing.Barred), ("unnamed-consultant", Standing.Barred) })
        {
            await PersonAsync(name, standing, (consultancy, name is "consultant" or "consultant-of-both" ? MemberRole.Owner : MemberRole.Editor));
        }

        await PersonAsync("distant-consultant", Standing.Bystander, (distant, MemberRole.Owner));
        // The same address at another issuer is another person.
        await PersonAsync("owner", Standing.Barred, issuer: "https://elsewhere.example", called: "owners-address");
        Own = await CustomerAsync(own, "atlas", "owner", "second-owner", null);
        Closed = await CustomerAsync(own, "atlas", "owner", "second-owner", Own);
        Other = await CustomerAsync(other, "boreal", "other-owner", "other-second", null);
        await EngageAsync(consultancy, distant);
        await using var db = Outside();
        var now = Now;
        // Soon enough to be told of, for both customers alike.
        await db.CatalogueModels.Where(m => m.Id == s_model.Id).ExecuteUpdateAsync(m => m.SetProperty(x => x.RetiresAt, now.AddDays(60)));
        var announcement = db.Add(new Announcement { Severity = AnnouncementSeverity.Notice, Text = "The portal rests on Sunday.", Audience = AnnouncementAudience.Everybody, FromAt = now, UntilAt = now.AddDays(9), CreatedAt = now }).Entity;
        foreach (var customer in new[] { Own, Other })
        {
            var visit = db.Add(new BreakGlassVisit
            {
                TenantId = customer.TenantId, AdminUserId = IdOf(customer == Own ? "looking-in" : "platform-admin"), AdminName = customer.Canary, SubjectName = customer.Canary, Reason = customer.Canary,
                SessionId = _people.Single(p => p.Name == (customer == Own ? "looking-in" : "platform-admin")).SessionId, SubjectUserId = IdOf(customer == Own ? "owner" : "other-owner"), StartedAt = now, EndsAt = now.AddMinutes(30),
            }).Entity;
            (customer.Ids["visit"], customer.Ids["announcement"]) = (visit.Id, announcement.Id);
        }

        await db.SaveChangesAsync();
        Closed = Closed with { Ids = Own.Ids.Concat(Closed.Ids).GroupBy(i => i.Key).ToDictionary(g => g.Key, g => g.Last().Value) };
        await db.Tenants.Where(t => t.Id == suspended).ExecuteUpdateAsync(t => t.SetProperty(x => x.SuspendedAt, now).SetProperty(x => x.SuspensionReason, "Payment is overdue."));
    }

    private PortalDbContext Outside() => world.Database.CreateDbContextFor(new TenantScope());

    private async Task<string> TenantAsync(string slug, TenantKind kind)
    {
        await using var db = Outside();
        var tenant = db.Add(new Tenant { Slug = slug, Name = CanaryOf(slug), Kind = kind, CreatedAt = Now }).Entity;
        await db.SaveChangesAsync();
        return tenant.Id;
    }

    private async Task PersonAsync(string name, Standing standing, (string TenantId, MemberRole Role)? member = null, bool isAdmin = false, string issuer = "https://id.example", string? called = null)
    {
        await using var db = Outside();
        var user = new User { Issuer = issuer, Subject = name, IsPlatformAdmin = isAdmin, CreatedAt = Now };
        user.SignedIn(name, $"{name}@people.example", true, Now);
        db.Add(user);
        if (member is { } of)
        {
            db.Add(new Member { TenantId = of.TenantId, UserId = user.Id, Role = of.Role, CreatedAt = Now });
        }

        await db.SaveChangesAsync();
        await using var services = world.Scope();
        var key = await services.ServiceProvider.GetRequiredService<SessionService>().OpenAsync(new SessionStart(user.Id, issuer, null, null, "", "", "10.0.0.7", "Browser"), CancellationToken.None);
        var session = await services.ServiceProvider.GetRequiredService<SessionService>().FindAsync(key, CancellationToken.None);
        _people.Add(new Person(called ?? name, standing, user.Id, session?.Id ?? "", CookieOf(key)) { IsAdmin = isAdmin });
    }

    /// <summary>As a browser has it after signing in: the session's key in a ticket that the portal sealed.</summary>
    private string CookieOf(string key)
    {
        var options = world.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(CookieAuthenticationDefaults.AuthenticationScheme);
        var ticket = new AuthenticationTicket(
            new ClaimsPrincipal(new ClaimsIdentity([new Claim("key", key)], CookieAuthenticationDefaults.AuthenticationScheme)),
            new AuthenticationProperties { IssuedUtc = world.Time.GetUtcNow(), ExpiresUtc = world.Time.GetUtcNow().AddHours(8) }, CookieAuthenticationDefaults.AuthenticationScheme);
        return $"{options.Cookie.Name}={options.TicketDataFormat.Protect(ticket)}";
    }

    private string IdOf(string person) => _people.Single(p => p.Name == person).UserId;

    private static string CanaryOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"canary of {text}")))[..32];

    /// <param name="tenantId">Whose.</param>
    /// <param name="slug">Its name in addresses.</param>
    /// <param name="owner">The person whose ids stand for the customer's people.</param>
    /// <param name="second">Another owner, to whom things may be done.</param>
    /// <param name="first">What it has already: this is one more project then, and nothing that an organisation has once.</param>
    private async Task<Holdings> CustomerAsync(string tenantId, string slug, string owner, string second, Holdings? first)
    {
        var canary = CanaryOf(first is null ? slug : slug + "'s closed project");
        var (secret, token) = (KeySecret.Create(), InvitationToken.Create());
        var seal = world.Services.GetRequiredService<ProviderSecrets>().Protect(canary);
        var rows = await CanaryRows.PlantAsync(world.Database, tenantId, canary, entity => first is null || LeadsToProject(entity, []), (property, value) => Better(property, value, canary, IdOf(owner), secret, token, seal));
        await using var db = world.Database.For(tenantId).CreateDbContext();
        Dictionary<string, string> ids = new(first?.Ids ?? new Dictionary<string, string>());
        foreach (var (type, row) in rows.Where(r => r.Value is TenantOwned))
        {
            ids[KindOf(type)] = ((TenantOwned)row).Id;
        }

        await db.ApiKeys.Where(k => k.Id == ids["key"]).ExecuteUpdateAsync(k => k.SetProperty(x => x.ProjectId, ids["project"]));
        await db.Endpoints.Where(e => e.Id == ids["endpoint"]).ExecuteUpdateAsync(e => e.SetProperty(x => x.LiveDeploymentId, ids["deployment"]));
        db.Add(new ApiKeyIndex { Hash = KeySecret.HashOf(secret), TenantId = tenantId, KeyId = ids["key"] });
        (ids["secret"], ids["endpointName"], ids["response"]) = (secret, canary, $"ans_{canary}");
        db.Add(new FrozenExample { VersionId = ids["version"], Split = Split.Train, Number = 1, SourceId = canary, Slice = canary, System = canary, Input = canary, Output = canary });
        // The planted row is one that a version tests with; this one may be seen and changed.
        db.Add(new Example { ImportId = ids["import"], Number = 2, Input = canary, Output = canary, Label = canary });
        db.Add(new RowEdit { ImportId = ids["import"], Number = 2, Revision = 0, Change = EditKind.Edited, Input = canary, Output = canary, Note = canary, At = Now });
        db.Add(new Example { ImportId = ids["import"], Number = 3, Input = canary, Output = canary, Label = canary });
        db.Add(new ReviewRow { ReviewId = ids["review"], Number = 2, Place = 2 });
        db.Add(new ReviewRow { ReviewId = ids["review"], Number = 3, Place = 3 });
        db.Add(new ReviewAnswer { ReviewId = ids["review"], Number = 2, UserId = IdOf(owner), UserName = canary, Verdict = ReviewVerdict.Says, Output = canary, Comment = canary, At = Now, Slot = 0 });
        var begun = db.Add(new Upload
        {
            ProjectId = ids["project"], FileName = canary, Length = 34, PartBytes = 34, BlobName = PublicId.Create($"upload/{ids["project"]}/", Now), StartedAt = Now, LastPartAt = Now, UserId = ids["key"],
        }).Entity;
        ids["keyUpload"] = begun.Id;
        await db.SaveChangesAsync();
        await FilesAsync(tenantId, canary);
        if (first is null)
        {
            await GlobalsAsync(db, tenantId, owner, second, token, canary, ids);
        }

        return new Holdings(tenantId, slug, canary, ids);
    }

    /// <summary>Rows of global tables that name the customer.</summary>
    private async Task GlobalsAsync(PortalDbContext db, string tenantId, string owner, string second, string token, string canary, Dictionary<string, string> ids)
    {
        db.Add(new InvitationIndex { Hash = InvitationToken.HashOf(token), TenantId = tenantId, InvitationId = ids["invitation"] });
        db.Add(new IdentityProviderIndex { ProviderId = ids["provider"], TenantId = tenantId, SwitchedOnAt = Now });
        db.Add(new StripeCustomer { Customer = canary, TenantId = tenantId });
        var message = db.Add(new StripeEvent { Event = canary, Type = "invoice.paid", Body = canary, Customer = canary, TenantId = tenantId, HappenedAt = Now, ReceivedAt = Now }).Entity;
        db.Add(new VerifiedDomain { Name = $"{canary}.example", TenantId = tenantId });
        var waiting = db.Add(OrganizationErasure.Of(tenantId, EraseService.SlugHashOf(tenantId), IdOf(owner), Now, Now.AddDays(7))).Entity;
        var told = db.Add(new SessionAct { TellTenantId = tenantId, Action = "session.began", ActorUserId = IdOf(owner), TargetKind = "session", TargetName = canary, Details = canary, At = Now }).Entity;
        var platform = db.Add(new PlatformAct { ActorUserId = IdOf(owner), Action = "organization.suspended", TargetId = tenantId, TargetName = canary, Details = canary, At = Now }).Entity;
        await db.SaveChangesAsync();
        await using var outside = Outside();
        var gone = outside.Add(OrganizationErasure.Of($"org_gone_{canary[..20]}", EraseService.SlugHashOf(canary), IdOf(owner), Now.AddDays(-9), Now.AddDays(-2))).Entity;
        gone.Begin([IdOf(owner)], Now.AddDays(-2));
        await outside.SaveChangesAsync();
        (ids["erasure"], ids["receipt"], ids["sessionAct"], ids["platformAct"]) = (waiting.Id, gone.Id, told.Id, platform.Id);
        ids["stripeEvent"] = message.Id;
        (ids["token"], ids["user"]) = (token, IdOf(second));
        ids["session"] = _people.Single(p => p.Name == owner).SessionId;
        ids["member"] = await outside.Members.Where(m => m.UserId == ids["user"] && m.TenantId == tenantId).Select(m => m.Id).SingleAsync();
        ids["tenant"] = tenantId;
        ids["slug"] = await outside.Tenants.Where(t => t.Id == tenantId).Select(t => t.Slug).SingleAsync();
    }

    private async Task FilesAsync(string tenantId, string canary)
    {
        var scope = new TenantScope();
        scope.Enter(tenantId);
        var blobs = new BlobStore(world.Services.GetRequiredService<IOptions<StorageOptions>>(), scope);
        foreach (var name in new[] { canary, $"{canary}/1" })
        {
            await blobs.WriteAsync(name, new MemoryStream(Encoding.UTF8.GetBytes($"text,label\n{canary},{canary}\n")), 1_000, CancellationToken.None);
        }
    }

    private async Task EngageAsync(string near, string distant)
    {
        Permission[] narrow = [Permission.ViewProjects, Permission.RunModels];
        Dictionary<Holdings, string> ids = [];
        await using var db = Outside();
        foreach (var (client, consultancy, person, permissions, start, end) in new (Holdings, string, string, Permission[], double, double)[]
        {
            (Own, near, "consultant", [.. Permissions.ForConsultants], -1.0, 30.0), (Own, near, "narrow-consultant", narrow, -1, 30), (Own, near, "run-out", narrow, -1, 2.0 / 24 / 60),
            (Own, near, "expired-consultant", [.. Permissions.ForConsultants], -30, -1), (Own, near, "consultant-of-both", [.. Permissions.ForConsultants], -1, 30), (Other, distant, "distant-consultant", narrow, -1, 30), (Other, near, "consultant-of-both", [.. Permissions.ForConsultants], -1, 30),
        })
        {
            var engagement = new Engagement { ConsultancyId = consultancy, ClientId = client.TenantId, AskedBy = EngagementSide.Consultancy, AskedSlug = client.Slug, AskedAt = Now.AddDays(-31), Note = client.Canary };
            engagement.NameConsultants([IdOf(person), IdOf("unnamed-consultant")]);
            var grant = new EngagementGrant(permissions, [client["project"]], Now.AddDays(start), Now.AddDays(end));
            engagement.Ask(grant with { EndsAt = Now.AddDays(40) }, Now.AddDays(-31));
            db.Add(engagement);
            var entry = db.Entry(engagement);
            entry.Property(e => e.State).CurrentValue = EngagementState.Approved;
            entry.Property(e => e.ApprovedAt).CurrentValue = Now.AddDays(-30);
            (entry.Property(e => e.StartsAt).CurrentValue, entry.Property(e => e.EndsAt).CurrentValue) = (grant.StartsAt, grant.EndsAt);
            // Named with them, and taken off since.
            entry.Property(e => e.ConsultantList).CurrentValue = IdOf(person);
            var act = db.Add(new EngagementAct { EngagementId = engagement.Id, TellId = client.TenantId, OnceKey = person, Action = "engagement.requested", TargetName = client.Canary, Details = client.Canary, At = Now }).Entity;
            ids.TryAdd(client, engagement.Id);
            if (ids[client] == engagement.Id)
            {
                client.Ids["engagement"] = engagement.Id;
                client.Ids["engagementAct"] = act.Id;
                client.Ids["consultant"] = IdOf(person);
            }
        }

        await db.SaveChangesAsync();
    }

    /// <summary>The name by which surfaces ask for a thing, where it is not the type's own.</summary>
    private static string KindOf(Type type) => type.Name switch
    {
        nameof(DatasetImport) => "import",
        nameof(DatasetVersion) => "version",
        nameof(MediaFile) => "media",
        nameof(CandidateRun) => "run",
        nameof(TuningJob) => "job",
        nameof(Portal.Features.Evaluate.EvaluationRun) => "evaluation",
        nameof(ApiKey) => "key",
        nameof(OrganizationExport) => "export",
        nameof(OutgoingMail) => "mail",
        nameof(IdentityProvider) => "provider",
        nameof(OrganizationDomain) => "domain",
        nameof(AlertRule) => "rule",
        nameof(AlertWebhook) => "webhook",
        nameof(WebhookDelivery) => "delivery",
        _ => char.ToLowerInvariant(type.Name[0]) + type.Name[1..],
    };

    public static bool LeadsToProject(IEntityType entity, HashSet<IEntityType> seen) => seen.Add(entity)
        && (entity.ClrType == typeof(Project) || entity.FindProperty("ProjectId") is not null && entity.ClrType != typeof(AuditEntry)
            || entity.GetForeignKeys().Any(k => k.Properties.Count is 2 && LeadsToProject(k.PrincipalEntityType, seen)));

    /// <summary>Where a made-up value would keep the rightful reader from getting anywhere.</summary>
    private object? Better(IProperty property, object? value, string canary, string owner, string secret, string token, string seal) =>
        (property.DeclaringType.ClrType.Name, property.Name) switch
        {
            (_, "PreviewJson" or "ReportJson") or ("PersonErasure", "LedgerJson" or "ReceiptJson") => "",
            ("OrganizationImport", "Length") => 54L,
            (_, "MappingJson") => ColumnMapping.Of("text", "label").ToStored(),
            (_, "ResultJson" or "Entry" or "Sheet" or "Items" or "ThinkingLevel" or "Problem" or "Failure" or "Error" or "LeaseToken" or "UploadSession" or "Via" or "ViaId") => "",
            (_, "ContentJson") => new PlaybookContent(TaskKind.Classify, canary, canary, MetricKind.Accuracy, 0.9) { Labels = [canary] }.ToStored(),
            (_, "SettingsJson" or "FiguresJson") => "{}",
            (_, "SignalsJson") => "[]",
            ("Endpoint", "CanaryLimitsJson") => "",
            ("InferenceLog", "Source") => Portal.Features.Billing.UsageSource.Endpoint,
            ("InferenceLog" or "StoredCall", "ResponseId") => $"ans_{canary}",
            ("StoredCall", "IsValid") => false,
            ("TextKeeping", "IsOn") => true,
            (_, "ShotsJson") => JsonSerializer.Serialize(new[] { new Shot(canary, canary) }),
            (_, "Content" or "ThinkingBudget" or "GivenSplit" or "SetAsideBy") => null,
            (_, "Delimiter") => ",",
            (_, "SeedNumbers") => "1",
            (_, "Encoding") => "utf-8",
            (_, "Currency") => "USD",
            (_, "Location") => "us-central1",
            (_, "BaseModelId") => s_model.Id,
            (_, "FirstRows") => "1",
            ("Example" or "FrozenExample", "Output") => canary,
            ("TaskDefinition", "LabelLines") => $"{canary}\nanother",
            ("ApiKey", "Hash") => KeySecret.HashOf(secret),
            ("ApiKey", "Prefix") => KeySecret.PrefixOf(secret),
            ("ApiKey", "VerbList") => string.Join(',', Enum.GetValues<KeyVerb>()),
            ("ApiKey", "PreviousHash" or "PreviousPrefix" or "AllowedAddresses") => "",
            ("ApiKey", "ProjectList" or "EndpointId" or "EndpointList" or "RequestsPerMinute" or "TokensPerMinute" or "MonthlyBudgetMicros") => null,
            ("ApiKey", "DeploymentId") or ("Upload", "ImportId") or ("Checkpoint", "CandidateId") => null,
            ("BillingAccount", "BillableFromAt") => Now.AddDays(-1),
            ("BillingAccount", "CollectedUntilAt" or "LeaseUntil" or "ReconciledAt") => null,
            ("Invitation", "Email") => "other-owner@people.example",
            ("Invitation", "TokenHash") => InvitationToken.HashOf(token),
            ("Invitation", "AcceptedByUserId") => null,
            ("IdentityProvider", "Issuer") => $"https://{canary}.example/",
            ("IdentityProvider", "ProtectedSecret") => seal,
            ("OrganizationDomain", "Name") => $"{canary}.example",
            ("AlertWebhook", "Url") => $"https://{canary}.example/",
            ("AlertRule", "WindowMinutes") => 60,
            ("CandidateAnswer", "Score") => 0.0,
            ("TuningJob", "State") => TuningJobState.Running,
            ("TuningJob", "VendorName") => $"projects/portal-sandbox/locations/us-central1/tuningJobs/{canary}",
            ("Stray", "Name") => $"projects/portal-sandbox/locations/us-central1/endpoints/{canary}",
            ("EvaluationRun", "State") => Portal.Features.Evaluate.EvaluationState.Succeeded,
            ("CandidateRun", "State") => RunState.Succeeded,
            ("DatasetVersion", "State") => VersionState.Frozen,
            ("DatasetImport", "State") => ImportState.Imported,
            ("Deployment", "State") => DeploymentState.Deployed,
            ("OrganizationExport", "State") => ExportState.Ready,
            ("VersionMedia", "Split") => Split.Train,
            ("MediaFile", "MimeType") => "image/png",
            (_, "Split") when property.ClrType == typeof(Split) => Split.Test,
            (_, "ExpiresAt" or "ReadyAt") => Now.AddDays(property.Name is "ReadyAt" ? -1 : 5),
            (_, "ImportedAt" or "DeployedAt" or "SmokeAt" or "StartedAt" or "TrainingStartedAt") => Now.AddDays(-1),
            _ when property.ClrType == typeof(DateTime?) => null,
            _ when property.Name.EndsWith("UserId", StringComparison.Ordinal) || property.Name is "ActorId" => owner,
            _ => value,
        };
}
