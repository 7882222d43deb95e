using System.Security.Claims;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Tenancy;

public sealed class AuditServiceTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly PortalDatabase _database;
    private readonly AuditService _audit;

    public AuditServiceTests()
    {
        _database = new PortalDatabase(_time);
        _audit = new AuditService(_database, new CurrentMember(_database.Scope));
    }

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task List_ManyEntries_PagesBothWaysByNumber()
    {
        await WriteAsync("thing.done", count: 60);

        var first = await _audit.ListAsync(new AuditFilter(), null, null, CancellationToken.None);
        Assert.Equal((60, 36), (first.Entries[0].Sequence, first.Entries[^1].Sequence));
        Assert.Equal((36, null), (first.OlderThan, first.NewerThan));

        await WriteAsync("thing.done");
        var second = await _audit.ListAsync(new AuditFilter(), first.OlderThan, null, CancellationToken.None);
        var last = await _audit.ListAsync(new AuditFilter(), second.OlderThan, null, CancellationToken.None);
        Assert.Equal((35, 10), (second.Entries[0].Sequence, last.Entries[0].Sequence));
        Assert.Equal((1, null, 10), (last.Entries[^1].Sequence, last.OlderThan, last.NewerThan));

        var back = await _audit.ListAsync(new AuditFilter(), null, last.NewerThan, CancellationToken.None);
        Assert.Equal(second.Entries.Select(e => e.Sequence), back.Entries.Select(e => e.Sequence));
        Assert.Equal((11, 35), (back.OlderThan, back.NewerThan));
    }

    [Fact]
    public async Task List_ByEachFilter_ShowsWhatFitsAlone()
    {
        _database.Scope.ActAs(new Actor("usr_olivia", "Olivia"));
        await WriteAsync("project.created", new AuditTarget("project", "prj_1", "Claims 100%", "prj_1"));
        _time.Advance(TimeSpan.FromDays(2));
        _database.Scope.ActAs(new Actor("usr_ben", "Ben"));
        await WriteAsync("key.issued", new AuditTarget("API key", "key_1", "Website", "prj_2"));
        _database.Scope.ActAs(Actor.Portal);
        await _audit.DeniedAsync(Permission.Tune, "/o/x", CancellationToken.None);

        Assert.Equal([1L], await NumbersAsync(new AuditFilter(To: new DateOnly(2026, 11, 1))));
        Assert.Equal([3L, 2L], await NumbersAsync(new AuditFilter(From: new DateOnly(2026, 11, 2), To: DateOnly.MaxValue)));
        Assert.Equal([2L], await NumbersAsync(new AuditFilter(Person: "usr_ben")));
        Assert.Equal([3L], await NumbersAsync(new AuditFilter(Person: AuditFilter.Portal)));
        Assert.Equal([2L], await NumbersAsync(new AuditFilter(Action: "key.")));
        Assert.Empty(await NumbersAsync(new AuditFilter(Action: "%")));
        Assert.Equal([1L], await NumbersAsync(new AuditFilter(Target: "CLAIMS 100%")));
        Assert.Equal([1L], await NumbersAsync(new AuditFilter(Target: "prj_1")));
        Assert.Equal([2L], await NumbersAsync(new AuditFilter(Project: "prj_2")));
        Assert.Equal([3L], await NumbersAsync(new AuditFilter(Outcome: AuditOutcome.Denied)));
        Assert.Equal([("usr_ben", "Ben"), ("usr_olivia", "Olivia"), ("portal", "Portal")],
            (await _audit.PeopleAsync(CancellationToken.None)).OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => (p.Id, p.Name)).OrderBy(p => p.Item1 is "portal"));
    }

    [Fact]
    public void Filter_InAnAddress_IsReadBackAndNonsenseIsNothing()
    {
        var filter = new AuditFilter(new DateOnly(2026, 1, 2), new DateOnly(2026, 3, 4), "usr_1", "key.", "a & b", "prj_1", AuditOutcome.Denied);
        var said = filter.InAddress.ToDictionary(a => a.Name, a => a.Value);

        Assert.Equal(filter, AuditFilter.Of(said["from"], said["to"], said["person"], said["action"], said["target"], said["project"], said["outcome"]));
        Assert.True(AuditFilter.Of("yesterday", "2026-13-40", " ", "", new string('x', 500), "\0", "maybe").IsEmpty);
    }

    [Fact]
    public async Task Everything_WithoutTheRight_IsForbidden()
    {
        var viewer = new CurrentMember(_database.Scope);
        viewer.Enter(new Membership("org_test", "Test", "test", TenantKind.Customer, MemberRole.Editor), new ClaimsPrincipal());
        var audit = new AuditService(_database, viewer);

        await Assert.ThrowsAsync<ForbiddenException>(() => audit.ListAsync(new AuditFilter(), null, null, CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => audit.CheckAsync(CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => audit.CountAsync(CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => audit.PeopleAsync(CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => audit.BeginExportAsync(new AuditFilter(), CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(async () => { await foreach (var line in audit.CsvAsync(new AuditFilter(), 1, CancellationToken.None)) { if (line.StartsWith("\"1\"", StringComparison.Ordinal)) { return; } } });
    }

    [Fact]
    public async Task Export_HostileNames_IsReadBackWithoutAFormula()
    {
        string[] hostile = ["=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "a,\"b\"\r\nc", "＝1", "\u001b[31mred", "Ω ünïcode", "'quoted'"];
        foreach (var name in hostile)
        {
            _database.Scope.ActAs(new Actor("usr_1", name, name));
            await WriteAsync("thing.done", new AuditTarget("thing", name, name), details: name);
        }

        var csv = await ExportAsync(new AuditFilter());
        var rows = Parse(csv);
        Assert.Equal(hostile.Length + 2, rows.Count);
        Assert.All(rows, row => Assert.Equal(rows[0].Count, row.Count));
        Assert.All(rows.SelectMany(r => r), cell => Assert.False(cell.TrimStart() is ['=' or '+' or '-' or '@' or '＝', ..] || cell is ['\t' or '\r' or '\n' or '\0', ..], cell));
        Assert.Equal(hostile, rows.Skip(1).SkipLast(1).Select(r => r[2]).Zip(hostile, (read, was) => read == "'" + was ? was : read));
        Assert.Equal(("audit.exported", "All entries"), (rows[^1][7], rows[^1][14]));
    }

    [Fact]
    public async Task Export_OfMoreThanAPage_HasEachEntryOnceAndWhatWasAsked()
    {
        await WriteAsync("thing.done", count: 1_200);
        await WriteAsync("other.done");

        var rows = Parse(await ExportAsync(new AuditFilter(Action: "thing.")));

        Assert.Equal(Enumerable.Range(1, 1_200).Select(i => $"{i}"), rows.Skip(1).Select(r => r[0]));
        await using var db = _database.CreateDbContext();
        Assert.Equal("Entries with action thing.", (await db.Set<AuditEntry>().SingleAsync(e => e.Action == "audit.exported")).Details);
    }

    private async Task<string> ExportAsync(AuditFilter filter)
    {
        var text = new StringBuilder();
        var upTo = await _audit.BeginExportAsync(filter, CancellationToken.None);
        await WriteAsync("thing.done-later");
        await foreach (var line in _audit.CsvAsync(filter, upTo, CancellationToken.None))
        {
            text.Append(line);
        }

        return text.ToString();
    }

    private async Task<IEnumerable<long>> NumbersAsync(AuditFilter filter) =>
        (await _audit.ListAsync(filter, null, null, CancellationToken.None)).Entries.Select(e => e.Sequence);

    private async Task WriteAsync(string action, AuditTarget? target = null, string details = "", int count = 1)
    {
        await using var db = _database.CreateDbContext();
        for (var i = 0; i < count; i++)
        {
            db.Audit(action, target ?? new AuditTarget("thing", "thing_1", "Thing"), details);
        }

        await db.SaveChangesAsync();
    }

    /// <summary>RFC 4180, as strictly as it is written there.</summary>
    private static List<List<string>> Parse(string csv)
    {
        List<List<string>> rows = [[]];
        for (var i = 0; i < csv.Length;)
        {
            Assert.Equal('"', csv[i++]);
            var cell = new StringBuilder();
            while (csv[i] is not '"' || (i + 1 < csv.Length && csv[i + 1] is '"'))
            {
                i += csv[i] is '"' ? 1 : 0;
                cell.Append(csv[i++]);
            }

            rows[^1].Add(cell.ToString());
            i++;
            if (csv[i] is ',')
            {
                i++;
                continue;
            }

            Assert.Equal("\r\n", csv.Substring(i, 2));
            i += 2;
            if (i < csv.Length)
            {
                rows.Add([]);
            }
        }

        return rows;
    }
}
