using System.Data.Common;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Tenancy;

namespace Portal.Tests.Isolation;

/// <summary>
/// What of the portal is out of order at the moment: nothing, until a test says so. The portal itself is the real one; its guards are
/// taken away where they hang, the filter in the model, the condition in the query, the policy at the endpoint.
/// </summary>
internal sealed partial class Breakage
{
    /// <summary>Filters of the model that let everything through, by their name and the entity; null is every entity's.</summary>
    public HashSet<(string Filter, string? Entity)> Filters { get; } = [];

    /// <summary>Conditions that queries of a table are sent without: what they say of which column, and what stands there instead.</summary>
    public List<(string Table, string Condition, string Instead)> Conditions { get; } = [];

    /// <summary>Endpoints that ask for no policy.</summary>
    public Func<Endpoint, bool> IsUnguarded { get; set; } = _ => false;

    /// <summary>What decides who may enter goes by yesterday's clock.</summary>
    public bool IsLate { get; set; }

    /// <summary>The tables that were read since somebody began to listen.</summary>
    public HashSet<string>? Read { get; set; }

    public void Mend()
    {
        Filters.Clear();
        Conditions.Clear();
        (IsUnguarded, IsLate) = (_ => false, false);
    }

    public static void Install(IServiceCollection services)
    {
        services.AddSingleton<Breakage>();
        services.ConfigureEveryDatabase(Configure);
        services.AddTransient<IPolicyEvaluator, Policies>();
        services.AddScoped(p => ActivatorUtilities.CreateInstance<TenancyService>(p, p.GetRequiredService<Breakage>().IsLate ? new Late(p.GetRequiredService<TimeProvider>()) : p.GetRequiredService<TimeProvider>()));
    }

    /// <summary>Asked by every filter of the model each time that a query runs.</summary>
    public static bool IsCut(DbContext db, string filter, string entity) =>
        db.GetService<IDbContextOptions>().FindExtension<CoreOptionsExtension>()?.ApplicationServiceProvider?.GetService<Breakage>() is { } breakage
        && (breakage.Filters.Contains((filter, entity)) || breakage.Filters.Contains((filter, null)));

    private static void Configure(IServiceProvider services, DbContextOptionsBuilder options) =>
        options.ReplaceService<IModelCustomizer, BreakableModel>().AddInterceptors(new Commands(services.GetRequiredService<Breakage>()));

    private void Change(DbCommand command)
    {
        foreach (Match table in Read is null ? [] : Tables().Matches(command.CommandText).AsEnumerable())
        {
            Read!.Add(table.Groups[1].Value); // looked at above
        }

        foreach (var (_, condition, instead) in Conditions.Where(c => command.CommandText.Contains($"\"{c.Table}\"", StringComparison.Ordinal)))
        {
#pragma warning disable CA2100 // What EF made, less a condition.
            command.CommandText = Regex.Replace(command.CommandText, $@"[^\s(]+\.""{condition}", instead);
#pragma warning restore CA2100
        }
    }

    [GeneratedRegex("""(?:FROM|JOIN|UPDATE) "(\w+)" """)]
    private static partial Regex Tables();

    private sealed class Commands(Breakage breakage) : DbCommandInterceptor
    {
        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
        {
            breakage.Change(command);
            return ValueTask.FromResult(result);
        }

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
        {
            breakage.Change(command);
            return ValueTask.FromResult(result);
        }
    }

    private sealed class Policies(IAuthorizationService authorization, Breakage breakage) : PolicyEvaluator(authorization)
    {
        public override Task<PolicyAuthorizationResult> AuthorizeAsync(AuthorizationPolicy policy, AuthenticateResult authenticationResult, HttpContext context, object? resource) =>
            context.GetEndpoint() is { } endpoint && breakage.IsUnguarded(endpoint) ? Task.FromResult(PolicyAuthorizationResult.Success())
                : base.AuthorizeAsync(policy, authenticationResult, context, resource);
    }

    private sealed class Late(TimeProvider time) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => time.GetUtcNow().AddHours(-25);
    }
}
