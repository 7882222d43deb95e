using System.Text;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Vertex;

namespace Portal.Features.Connect;

/// <summary>One thing that must work, how it went, and what to do where it did not.</summary>
public sealed record CheckResult(string What, bool Passed, string Remedy, string Details);

/// <summary>Tries the connection piece by piece, so that a fault is named and not guessed.</summary>
public sealed class ConnectionCheck(ConnectService connect, CurrentMember current, IDbContextFactory<PortalDbContext> dbs)
{
    public bool MayRun => current.May(Permission.ManageConnection);

    /// <summary>How the organisation reaches Google, for whoever may know it.</summary>
    public Task<VertexSession> DescribeAsync(CancellationToken ct)
    {
        current.Require(Permission.ViewConnection);
        return connect.OpenAsync(ct);
    }

    /// <summary>Makes the bucket where it is missing, so it stands in the audit log whatever came of it.</summary>
    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken ct)
    {
        current.Require(Permission.ManageConnection);
        var results = await TryAllAsync(ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        db.Audit("connection.tested", new AuditTarget("connection", "", ""), string.Join("; ", results.Select(r => $"{r.What}: {(r.Passed ? "passed" : "failed")}")));
        await db.SaveChangesAsync(ct);
        return results;
    }

    private async Task<IReadOnlyList<CheckResult>> TryAllAsync(CancellationToken ct)
    {
        VertexSession session;
        try
        {
            session = await connect.OpenAsync(ct);
        }
        catch (InvalidOperationException missing)
        {
            return [new CheckResult("Credentials", false, "Give the portal a Google identity: a service account it may impersonate, or application default credentials.", missing.Message)];
        }

        return
        [
            await TryAsync("Vertex AI answers and lists tuning jobs",
                $"Enable the Vertex AI API in project {session.GcpProject} and grant roles/aiplatform.user to the portal's service account.",
                async () => { await foreach (var _ in session.Vertex.ListTuningJobsAsync(null, ct)) { break; } }),
            await TryAsync($"Bucket {session.Bucket} can be made and written",
                $"Grant roles/storage.objectUser on {session.Bucket}, and roles/storage.admin while buckets are still to be made.",
                () => WriteAndDeleteAsync(session, ct)),
        ];
    }

    private static async Task WriteAndDeleteAsync(VertexSession session, CancellationToken ct)
    {
        const string Name = "connection-check.txt";
        await ConnectService.EnsureBucketAsync(session, ct);
        using var content = new MemoryStream(Encoding.UTF8.GetBytes("written by the connection check"));
        await session.Storage.UploadAsync(new VertexStorageUpload { Bucket = session.Bucket, Name = Name, ContentType = "text/plain" }, content, ct);
        await session.Storage.DeleteObjectAsync(session.Bucket, Name, ct);
    }

    private static async Task<CheckResult> TryAsync(string what, string remedy, Func<Task> act)
    {
        try
        {
            await act();
            return new CheckResult(what, true, "", "");
        }
        catch (VertexException fault)
        {
            var advice = fault switch
            {
                { Status: "UNREACHABLE" or "TIMEOUT" } => "The server did not answer. Is it running, and may this machine reach it?",
                { HttpStatus: 429 } => "The project's limit is used up for now. Wait a minute and test again, or ask Google for a higher quota.",
                { HttpStatus: >= 500 } => "Google has a fault of its own just now. Wait a minute and test again.",
                _ => remedy,
            };
            return new CheckResult(what, false, advice, $"{fault.HttpStatus} {fault.Status}: {fault.Message}");
        }
    }
}
