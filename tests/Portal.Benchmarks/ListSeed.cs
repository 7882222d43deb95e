using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Model;
using Portal.Features.Monitor;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Endpoint = Portal.Features.Deploy.Endpoint;

namespace Portal.Benchmarks;

/// <summary>
/// A platform of 2,000 organisations and 20,000 people, and on it the largest customer: a million calls within thirty days, most of them to one
/// endpoint by 50 of 500 keys, half a million entries in the log. And a consultancy with 200 clients.
/// </summary>
/// <param name="open">Services in the scope of an organisation, or of none.</param>
/// <param name="now">When it is.</param>
internal sealed class ListSeed(Func<string, AsyncServiceScope> open, DateTime now)
{
    public const int Calls = 1_000_000;
    public const int Entries = 500_000;
    public const string Customer = "org_bench";
    public const string Consultancy = "org_consultancy";

    public const string Nobody = "";

    private const int Organizations = 2_000;
    private const int MembersOfEach = 9;
    private const int MembersOfCustomer = 2_000;
    private const int Clients = 200;
    private const int Keys = 500;
    private const int KeysInUse = 50;
    private const int Troubles = 200;
    private const int Batch = 10_000;
    private const int Days = 30;

    private static readonly string[] s_actions = ["rows.edited", "project.renamed", "key.issued", "access.denied", "session.began", "budget.changed"];

    private readonly Random _random = new(7);

    /// <summary>The endpoint that the calls are of.</summary>
    public Endpoint Endpoint { get; private set; } = null!; // set by RunAsync

    public static string NameOf(int organization) => $"org_{organization:0000}";

    public async Task RunAsync()
    {
        await FoundAsync();
        await Parallel.ForAsync(0, Organizations, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (i, _) => await UseABitAsync(NameOf(i), i < Clients ? 3 : 1));
        await EngageAsync();
        var deployments = await DeployAsync();
        var keys = await IssueAsync();
        await CallAsync(deployments, keys);
        await AddUpDaysAsync(Customer);
        await AddUpAsync(deployments, keys);
        await WriteLogAsync();
    }

    private async Task FoundAsync()
    {
        List<(string Id, TenantKind Kind, int Members)> tenants =
        [
            .. Enumerable.Range(0, Organizations).Select(i => (NameOf(i), TenantKind.Customer, MembersOfEach)),
            (Customer, TenantKind.Customer, MembersOfCustomer), (Consultancy, TenantKind.Consultancy, 1),
        ];
        foreach (var part in tenants.Chunk(100))
        {
            await WriteAsync(Nobody, db =>
            {
                foreach (var (id, kind, members) in part)
                {
                    var tenant = new Tenant { Slug = id.Replace('_', '-'), Name = $"Organization {id}", Kind = kind, CreatedAt = now.AddYears(-1) };
                    db.Entry(tenant).Property(t => t.Id).CurrentValue = id;
                    db.Add(tenant);
                    for (var m = 0; m < members; m++)
                    {
                        var user = new User { Issuer = "https://id.example", Subject = $"{id}-{m}", CreatedAt = tenant.CreatedAt };
                        db.Entry(user).Property(u => u.Id).CurrentValue = PersonOf(id, m);
                        user.SignedIn($"Person {m} of {id}", $"{m}@{id}.example", isEmailVerified: true, now.AddDays(-1));
                        db.Add(user);
                        db.Add(new Member { TenantId = id, UserId = user.Id, Role = m is 0 ? MemberRole.Owner : MemberRole.Editor, CreatedAt = tenant.CreatedAt });
                    }
                }
            });
        }

        await WriteAsync(Nobody, db => db.Announcements.AddRange(Enumerable.Range(0, Troubles).Select(i => new Announcement
        {
            Severity = AnnouncementSeverity.Notice, Audience = AnnouncementAudience.Everybody, Text = $"Maintenance of part {i} of the platform.", FromAt = now.AddHours(-1), UntilAt = now.AddDays(1), CreatedAt = now.AddMinutes(-i),
        })));
    }

    public static string PersonOf(string organization, int number) => $"usr_{organization}_{number}";

    /// <summary>Projects that are defined, a few days' use that is added up, and for some of them a mail that was given up.</summary>
    private async Task UseABitAsync(string id, int projects)
    {
        await WriteAsync(id, db => UseABitAsync(db, id, projects));
        await AddUpDaysAsync(id);
    }

    private async Task AddUpDaysAsync(string id)
    {
        await using var services = open(id);
        await services.ServiceProvider.GetRequiredService<UsageDayWorker>().RunAsync(id, CancellationToken.None);
    }

    private async Task UseABitAsync(PortalDbContext db, string id, int projects)
    {
        for (var p = 0; p < projects; p++)
        {
            var project = db.Add(new Project { CreatedByUserId = PersonOf(id, 0), CreatedAt = now.AddDays(-60) }).Entity;
            project.Rename($"Project {p}");
            db.Add(new TaskDefinition { ProjectId = project.Id });
            db.Audit("project.created", project.AsTarget());
            await db.SaveChangesAsync();
            await db.InsertNewAsync([.. Enumerable.Range(0, 60 / projects).Select(i => Used(project.Id, "dep_1", null, $"{project.Id}{i}", now.AddHours(-i)))], CancellationToken.None);
        }

        if (id[^1] is '0')
        {
            var letter = OutgoingMail.Write("nina@example.com", "A subject", "x", now, now.AddDays(1));
            letter.GiveUp("The mail can no longer be read.");
            db.Add(letter);
            await db.SaveChangesAsync();
        }
    }

    private Task EngageAsync() => WriteAsync(Nobody, db =>
    {
        for (var i = 0; i < Clients; i++)
        {
            var engagement = new Engagement { ConsultancyId = Consultancy, ClientId = NameOf(i), AskedBy = EngagementSide.Consultancy, AskedSlug = NameOf(i).Replace('_', '-'), AskedAt = now.AddDays(-9) };
            var grant = new EngagementGrant([Permission.ViewProjects, Permission.ViewBilling], null, now.AddDays(-9), now.AddDays(90));
            engagement.Ask(grant, now.AddDays(-9));
            engagement.NameConsultants([PersonOf(Consultancy, 0)]);
            engagement.Approve(grant, PersonOf(NameOf(i), 0), "Owner", now.AddDays(-9));
            db.Add(engagement);
        }
    });

    /// <summary>What took the place of the other half way, and an endpoint of twenty projects more.</summary>
    private async Task<List<Deployment>> DeployAsync()
    {
        List<Deployment> deployments = [];
        await WriteAsync(Customer, async db =>
        {
            for (var p = 0; p < 20; p++)
            {
                var project = db.Add(new Project { CreatedByUserId = PersonOf(Customer, 0), CreatedAt = now.AddDays(-60) }).Entity;
                project.Rename($"Project {p}");
                db.Add(new TaskDefinition { ProjectId = project.Id });
                var recipe = db.Recipes.Add(Recipe.Of(project.Id, new RecipeContent("Name the topic.", [], 0, 64, "", null), now)).Entity;
                var candidate = db.Candidates.Add(new Candidate
                {
                    ProjectId = project.Id, Name = "Flash prompt only", Rung = Rung.Prompt, BaseModelId = "flash", ModelName = "flash", RecipeId = recipe.Id, VersionId = null, SourceId = "ver_1", Key = "prompt", CreatedAt = now,
                }).Entity;
                var endpoint = db.Endpoints.Add(new Endpoint { ProjectId = project.Id, Name = $"topics-{p}", CreatedAt = now.AddDays(-40) }).Entity;
                for (var d = 0; d < (p is 0 ? 2 : 1); d++)
                {
                    var deployment = db.Deployments.Add(new Deployment
                    {
                        ProjectId = project.Id, EndpointId = endpoint.Id, CandidateId = candidate.Id, CandidateName = candidate.Name, BaseModelId = "flash", Number = endpoint.TakeNumber(), GatePassed = true,
                        ApprovedByUserId = PersonOf(Customer, 0), ApprovedAt = now.AddDays(-40),
                    }).Entity;
                    deployment.GoLive(now.AddDays(-40));
                    deployments.Add(deployment);
                    await db.SaveChangesAsync();
                }

                endpoint.PutLive(deployments[^1].Id);
                Endpoint = p is 0 ? endpoint : Endpoint;
                await db.SaveChangesAsync();
            }
        });
        return deployments;
    }

    private async Task<List<string>> IssueAsync()
    {
        List<ApiKey> keys = [];
        await WriteAsync(Customer, db => keys.AddRange(Enumerable.Range(0, Keys).Select(i =>
        {
            var key = db.ApiKeys.Add(new ApiKey { Name = $"Caller {i}", Prefix = $"pk_{i:0000}", Hash = $"hash{i}", CreatedAt = now.AddDays(-40) }).Entity;
            key.IssuedBy(PersonOf(Customer, i), $"Person {i}", "");
            return key;
        })));
        return keys.ConvertAll(k => k.Id);
    }

    private async Task CallAsync(List<Deployment> deployments, List<string> keys)
    {
        var step = TimeSpan.FromDays(Days) / Calls;
        for (var from = 0; from < Calls; from += Batch)
        {
            await WriteAsync(Customer, async db =>
            {
                List<InferenceLog> calls = [];
                List<UsageEvent> used = [];
                foreach (var i in Enumerable.Range(from, Batch))
                {
                    // Nine of ten are the large endpoint's, whose second deployment came half way.
                    var deployment = _random.Next(10) > 0 ? deployments[i < Calls / 2 ? 0 : 1] : deployments[2 + _random.Next(deployments.Count - 2)];
                    var (key, at) = (keys[_random.Next(KeysInUse)], now - (step * (Calls - i)));
                    var meter = used.Count % 2 is 0 ? Meter.InputTokens : Meter.OutputTokens;
                    calls.Add(new InferenceLog
                    {
                        ProjectId = deployment.ProjectId, EndpointId = deployment.EndpointId, DeploymentId = deployment.Id, ApiKeyId = key, Source = UsageSource.Endpoint, ResponseId = $"ans_{i:D26}", Status = i % 50 is 0 ? 502 : 200,
                        Milliseconds = _random.Next(90, 900), InputTokens = 300, OutputTokens = 20, AmountMicros = 140, At = at,
                    });
                    used.Add(Used(deployment.ProjectId, deployment.Id, key, $"ans_{i:D26}", at, meter));
                }

                await db.InsertNewAsync(calls, CancellationToken.None);
                await db.InsertNewAsync(used, CancellationToken.None);
            });
        }
    }

    /// <summary>What the calls of the large endpoint come to: days, hours, and five minutes of the last two days.</summary>
    private async Task AddUpAsync(List<Deployment> deployments, List<string> keys)
    {
        var tally = new TrafficTally();
        for (var i = 0; i < 25; i++)
        {
            tally.Add(new CallFigures("", "", "", now, Status: 200, Milliseconds: _random.Next(90, 900), InputTokens: 300, CachedTokens: 0, OutputTokens: 20, AmountMicros: 140), null, null);
        }

        var figures = tally.ToFigures().ToStored();
        var open = TrafficSlice.HourStart(now);
        for (var hour = open.AddDays(-Days); hour < open; hour = hour.AddHours(1))
        {
            var deployment = deployments[hour < open.AddDays(-Days / 2) ? 0 : 1];
            TrafficSlice Slice(string key, SliceGrain grain, DateTime at) => new()
            {
                ProjectId = deployment.ProjectId, EndpointId = deployment.EndpointId, DeploymentId = deployment.Id, CallerId = key, Grain = grain, From = at, Calls = tally.Calls, Errors = 0, InputTokens = tally.InputTokens, OutputTokens = tally.OutputTokens,
                AmountMicros = tally.AmountMicros, FiguresJson = figures,
            };
            var fine = hour < open.AddDays(-2) ? 0 : 12;
            await WriteAsync(Customer, db => db.InsertNewAsync(
                [
                    .. keys.Take(KeysInUse).Select(k => Slice(k, SliceGrain.Hour, hour)),
                    .. keys.Take(hour.Hour is 23 ? KeysInUse : 0).Select(k => Slice(k, SliceGrain.Day, hour.Date)),
                    .. Enumerable.Range(0, fine).SelectMany(f => keys.Take(KeysInUse).Select(k => Slice(k, SliceGrain.FiveMinutes, hour + (TrafficSlice.Fine * f)))),
                ],
                CancellationToken.None));
        }

        await WriteAsync(Customer, db =>
        {
            var cursor = TrafficCursor.Of(Endpoint, open);
            cursor.RestUntil(now.AddHours(1));
            db.Add(cursor);
        });
    }

    private async Task WriteLogAsync()
    {
        var step = TimeSpan.FromDays(365) / Entries;
        for (var from = 0; from < Entries; from += Batch)
        {
            await WriteAsync(Customer, db => db.Unchained.AddRange(Enumerable.Range(from, Batch).Select(i =>
            {
                var person = _random.Next(300);
                return new AuditEntry
                {
                    At = now - (step * (Entries - i)), ActorId = person is 0 ? "" : PersonOf(Customer, person), ActorName = person is 0 ? "" : $"Person {person}", Address = "10.0.0.7",
                    Action = i == Entries / 3 ? "member.removed" : s_actions[_random.Next(s_actions.Length)], Outcome = i % 9_000 is 0 ? AuditOutcome.Denied : AuditOutcome.Done,
                    TargetKind = "project", TargetId = $"prj_{i:D26}", TargetName = $"Project {i}", ProjectId = i % 3 is 0 ? Endpoint.ProjectId : null, Details = "Row 17: label changed from \"transfer\" to \"card\".",
                };
            })));
        }
    }

    private static UsageEvent Used(string projectId, string subjectId, string? keyId, string key, DateTime at, Meter meter = Meter.InputTokens) => new()
    {
        ProjectId = projectId, Meter = meter, Source = UsageSource.Endpoint, Quantity = 300, PricePerMillion = 300_000, AmountMicros = Quote.Price(300, 300_000), SubjectId = subjectId, KeyId = keyId, IdempotencyKey = key, At = at,
    };

    private Task WriteAsync(string tenantId, Action<PortalDbContext> write) => WriteAsync(tenantId, db =>
    {
        write(db);
        return Task.CompletedTask;
    });

    private async Task WriteAsync(string tenantId, Func<PortalDbContext, Task> write)
    {
        await using var services = open(tenantId);
        await using var db = await services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await write(db);
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
    }
}
