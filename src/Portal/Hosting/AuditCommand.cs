using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Components;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Hosting;

/// <summary>
/// <c>dotnet Portal.dll audit verify [--org slug]</c> follows each organisation's chain, <c>audit remove</c> removes what was kept for
/// Audit:KeepDays. Both end without serving anything.
/// </summary>
public static class AuditCommand
{
    private const string Usage = "Usage: audit verify [--org SLUG]   or   audit remove [--org SLUG]";

    /// <summary>The process's exit code: 0 where all is well, 1 where a chain is broken, 2 where nothing could be done. Null where no command was given.</summary>
    public static async Task<int?> RunCommandAsync(this WebApplication app, string[] args) =>
        args is ["audit", ..] ? await RunAsync(app.Services, args[1..], Console.Out, CancellationToken.None) : null;

    internal static async Task<int> RunAsync(IServiceProvider services, string[] args, TextWriter output, CancellationToken ct)
    {
        var (verb, slug) = args switch
        {
            [var only] => (only, null),
            [var first, "--org", var org] => (first, org),
            _ => ("", null),
        };
        if (verb is not ("verify" or "remove"))
        {
            await output.WriteLineAsync(Usage);
            return 2;
        }

        var keepDays = services.GetRequiredService<IOptions<AuditOptions>>().Value.KeepDays;
        if (verb is "remove" && keepDays is null)
        {
            await output.WriteLineAsync("Audit:KeepDays is not set, so every entry is kept.");
            return 2;
        }

        var scopes = services.GetRequiredService<IServiceScopeFactory>();
        var (tenants, broken) = (await TenantRound.ListAsync(scopes, slug, ct), 0);
        foreach (var tenant in tenants)
        {
            var (line, isBroken) = verb is "verify" ? await VerifyAsync(scopes, tenant, ct) : await RemoveAsync(scopes, tenant, keepDays ?? 0, ct);
            await output.WriteLineAsync($"{tenant.Slug}: {line}");
            broken += isBroken ? 1 : 0;
        }

        await output.WriteLineAsync(tenants.Count is 0
            ? slug is null ? "There is no organization yet." : $"There is no organization '{slug}'."
            : $"{tenants.Count} checked, {broken} broken");
        return tenants.Count is 0 && slug is not null ? 2 : broken > 0 ? 1 : 0;
    }

    private static Task<(string Line, bool IsBroken)> VerifyAsync(IServiceScopeFactory scopes, TenantName tenant, CancellationToken ct) =>
        TenantRound.VisitAsync(scopes, tenant, async services =>
        {
            await using var db = await services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(ct);
            var state = await db.VerifyAuditAsync(ct);
            var removed = state.Removed is 0 ? "" : $", {Show.Count(state.Removed)} before them removed in time";
            return state.Break is { } fault
                ? ($"BROKEN at entry {fault.Sequence}. {fault.Problem} {Show.Count(state.Entries)} entries before it are good{removed}.", true)
                : ($"{Entries(state.Entries)}, chain intact{removed}", false);
        });

    private static Task<(string Line, bool IsBroken)> RemoveAsync(IServiceScopeFactory scopes, TenantName tenant, int keepDays, CancellationToken ct) =>
        TenantRound.VisitAsync(scopes, tenant, async services =>
        {
            var (removed, fault) = await services.GetRequiredService<AuditRetention>().RemoveAsync(keepDays, ct);
            return fault is null ? ($"{Entries(removed)} removed", false) : ($"BROKEN at entry {fault.Sequence}. {fault.Problem} Nothing was removed.", true);
        });

    private static string Entries(long count) => count is 1 ? "1 entry" : $"{Show.Count(count)} entries";
}
