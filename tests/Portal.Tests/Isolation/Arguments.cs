using System.Net;
using System.Reflection;
using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Model;
using Portal.Features.Monitor;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Tests.Isolation;

/// <summary>A parameter that nothing here knows how to fill.</summary>
internal sealed class UnboundException(string what) : Exception(
    $"{what} is bound by nothing: say in {nameof(Arguments)} what stands for it, by its name if it is an id, else by its type.");

/// <summary>
/// Fills parameters by their names and types, so that a new method is bound without being named. What says whose a thing is comes from
/// the holdings; everything else is a plain value that gets as far as possible.
/// </summary>
internal sealed class Arguments(Holdings asked, Person person, IServiceProvider services, Holdings own)
{
    public static readonly string ModelId = CatalogueService.Embedded().Select(e => e.ToModel()).First(m => m is { IsOffered: true, Prices.Count: > 0 }).Id;

    /// <summary>Ids that are asked for by another name than what they are of.</summary>
    private static readonly Dictionary<string, string> s_kinds = new(StringComparer.Ordinal)
    {
        ["baseline"] = "candidate", ["VersionComparison.from"] = "version", ["VersionComparison.to"] = "version", ["currentSession"] = "session", ["subjectId"] = "job", ["org"] = "slug", ["slug"] = "slug", ["token"] = "token", ["consultants"] = "consultant", ["mailId"] = "mail",
        ["EngagementService.id"] = "engagement", ["DomainService.id"] = "domain", ["IdentityProviderService.id"] = "provider", ["ProviderCheck.id"] = "provider",
        ["EngagementService.user"] = "consultant", ["EngagementWorker.act"] = "engagementAct", ["SessionActWorker.act"] = "sessionAct", ["PlatformActWorker.act"] = "platformAct",
        ["EraseService.erasure"] = "receipt", ["PersonErasureWorker.erasure"] = "personErasure", ["WorkRow.id"] = "import",
        ["ImportService.import"] = "organizationImport", ["ArchiveImportWorker.import"] = "organizationImport", ["ImportService.log"] = "importedAuditLog",
    };

    /// <summary>The kinds of things a method is told the ids of, each to be another's in turn.</summary>
    public static IReadOnlyList<string> KindsOf(MethodInfo method) => [.. Named(method).Select(n => n.Kind).Distinct()];

    /// <summary>Those of which several are told at once.</summary>
    public static IReadOnlyList<string> ListsOf(MethodInfo method) => [.. Named(method).Where(n => n.IsList).Select(n => n.Kind).Distinct()];

    private static List<(string Kind, bool IsList)> Named(MethodInfo method)
    {
        List<(string, bool)> kinds = [];
        foreach (var parameter in method.GetParameters())
        {
            Find(method.DeclaringType!, parameter.Name!, parameter.ParameterType, IsPerson(parameter), 0);
        }

        return kinds;

        void Find(Type owner, string name, Type type, bool isPerson, int depth)
        {
            if (!isPerson && KindOf(owner, name, type) is { } kind)
            {
                kinds.Add((kind, type != typeof(string)));
            }
            else if (depth < 3 && ConstructorOf(type) is { } constructor && !typeof(ITenantOwned).IsAssignableFrom(type))
            {
                foreach (var parameter in constructor.GetParameters())
                {
                    Find(type, parameter.Name!, parameter.ParameterType, false, depth + 1);
                }
            }
        }
    }

    public async Task<object?[]> ForAsync(MethodInfo method)
    {
        List<object?> values = [];
        foreach (var parameter in method.GetParameters())
        {
            values.Add(IsPerson(parameter) ? person.UserId : await ValueAsync(method.DeclaringType!, parameter.Name!, parameter.ParameterType, $"{method.DeclaringType!.Name}.{method.Name}({parameter.Name})", 0));
        }

        return [.. values];
    }

    /// <summary>Who asks: the portal takes it from the session and nobody can say it of somebody else.</summary>
    private static bool IsPerson(ParameterInfo parameter) => parameter is { Position: 0, Name: "userId" };

    private static string? KindOf(Type owner, string name, Type type)
    {
        var text = type == typeof(string) || type.IsGenericType && type.GetGenericArguments() is [var element] && element == typeof(string);
        if (!text || name is "providerTenantId" or "ProviderTenantId" or "startedBy" or "ClientId" or "ViaId" or "UserId" or "SourceId")
        {
            return null;
        }

        var plain = char.ToLowerInvariant(name[0]) + name[1..];
        plain = plain.EndsWith("Ids", StringComparison.Ordinal) ? plain[..^3] : plain.EndsWith("Id", StringComparison.Ordinal) && plain is not "Id" ? plain[..^2] : plain;
        var kind = s_kinds.GetValueOrDefault($"{owner.Name}.{plain}") ?? s_kinds.GetValueOrDefault(name) ?? s_kinds.GetValueOrDefault(plain) ?? (plain.Length < name.Length ? plain : null);
        return kind is "model" or "baseModel" or "writer" ? null : kind;
    }

    private async Task<object?> ValueAsync(Type owner, string name, Type type, string where, int depth)
    {
        if (KindOf(owner, name, type) is { } kind)
        {
            var id = asked.Ids.GetValueOrDefault(kind) ?? throw new UnboundException($"{where}, an id of a {kind}");
            return type == typeof(string) ? id : id.Split(Holdings.And);
        }

        if (Nullable.GetUnderlyingType(type) is not null || type.IsValueType)
        {
            return Plain(name, type);
        }

        return type switch
        {
            _ when type == typeof(string) => Text(owner, name),
            _ when type == typeof(Stream) => new MemoryStream(Encoding.UTF8.GetBytes("text,label\nWhere is my card?,card\nPay my bill,billing\n")),
            _ when type == typeof(IPAddress) => IPAddress.Loopback,
            _ when type == typeof(HttpContext) => new DefaultHttpContext { RequestServices = services },
            _ when type == typeof(ClaimsPrincipal) => person.Principal,
            _ when type == typeof(PortalDbContext) => await services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(),
            _ when type == typeof(ColumnMapping) => ColumnMapping.Of("text", "label"),
            _ when type == typeof(TaskDraft) => new TaskDraft("A goal", TaskKind.Classify, "An instruction", ["card", "billing"], MetricKind.Accuracy, 0.9),
            _ when type == typeof(AlertLimits) => AlertLimits.Usual(AlertMeasure.ErrorRate),
            _ when type == typeof(CanaryLimits) => CanaryLimits.Usual(new DeployOptions()),
            _ when type == typeof(MonitorRange) => MonitorRange.Named(null),
            _ when type == typeof(CatalogueEntry) => CatalogueService.Embedded().First(e => e.Id == ModelId),
            _ when type == typeof(IReadOnlySet<string>) => new HashSet<string>(),
            _ when type == typeof(IReadOnlyDictionary<string, string>) => new Dictionary<string, string>(),
            _ when typeof(ITenantOwned).IsAssignableFrom(type) => await RowAsync(type),
            { IsGenericType: true } when type.GetGenericArguments() is [var element] && typeof(IEnumerable<>).MakeGenericType(element).IsAssignableFrom(type) =>
                await ListAsync(owner, name, element, where, depth),
            _ when depth < 4 && ConstructorOf(type) is { } constructor => await MakeAsync(type, constructor, where, depth),
            _ => throw new UnboundException($"{where}, a {type.Name}"),
        };
    }

    private async Task<object> MakeAsync(Type type, ConstructorInfo constructor, string where, int depth)
    {
        List<object?> values = [];
        foreach (var parameter in constructor.GetParameters())
        {
            values.Add(await ValueAsync(type, parameter.Name!, parameter.ParameterType, where, depth + 1));
        }

        return constructor.Invoke([.. values]);
    }

    private async Task<Array> ListAsync(Type owner, string name, Type element, string where, int depth)
    {
        var list = Array.CreateInstance(element, 1);
        list.SetValue(await ValueAsync(owner, name, element, where, depth + 1), 0);
        return list;
    }

    /// <summary>A row that was read before: it is the asker's own, since there is no way to another's.</summary>
    private async Task<object> RowAsync(Type type)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        return await (Task<object>)s_row.MakeGenericMethod(type).Invoke(null, [db, own])!;
    }

    private static readonly MethodInfo s_row = typeof(Arguments).GetMethod(nameof(FirstAsync), BindingFlags.Static | BindingFlags.NonPublic)!;

    private static async Task<object> FirstAsync<T>(PortalDbContext db, Holdings own)
        where T : class =>
        typeof(T).IsAssignableTo(typeof(TenantOwned))
            ? await db.Set<T>().AsNoTracking().FirstAsync(r => own.Ids.Values.Contains(EF.Property<string>(r, nameof(TenantOwned.Id)))) : await db.Set<T>().AsNoTracking().FirstAsync();

    private static ConstructorInfo? ConstructorOf(Type type) =>
        type is { IsClass: true, IsAbstract: false } && type.Assembly == typeof(PortalDbContext).Assembly && !typeof(PortalDbContext).IsAssignableFrom(type)
            ? type.GetConstructors() is [var only] ? only : null : null;

    private static object? Plain(string name, Type type) => Nullable.GetUnderlyingType(type) is not null ? null : type switch
    {
        _ when type == typeof(int) || type == typeof(long) => Convert.ChangeType(
            name switch
            {
                "page" or "number" or "upTo" => 1, "take" => 10, "maxRows" => 50, "row" => 2, "place" => 3, "version" => 2, "length" => 51, "Rows" => 1, "epochs" => 1,
                "percent" or "SharePercent" or "Days" => 10,
                _ => 0,
            }, type, null),
        _ when type == typeof(DateTime) => name.StartsWith("Ends", StringComparison.Ordinal) ? ManualTime.Start.UtcDateTime.AddDays(20) : ManualTime.Start.UtcDateTime,
        _ when type == typeof(Split) => Split.Train,
        _ => Activator.CreateInstance(type),
    };

    private string? Text(Type owner, string name) => name switch
    {
        "providerTenantId" or "startedBy" or "sha256" or "person" or "action" or "target" or "project" => null,
        "typedName" => own.Canary,
        "modelId" or "modelIds" or "baseModelId" or "WriterId" => ModelId,
        "Label" or "Slice" or "Wish" when owner.Name is "AugmentOrder" => "",
        "portal" or "portalAddress" => "https://portal.example",
        "address" when owner.Name is "WebhookService" => "https://receiver.example/alerts",
        "address" or "email" or "recipient" => "new@people.example",
        "typed" => "new.example",
        "fileName" => "examples.csv",
        "kind" or "Kind" => "Import",
        "search" or "range" or "note" => "",
        "location" => "us-central1",
        "issuer" or "Issuer" => "https://new-provider.example",
        "name" or "Name" when owner.Name is "DeploymentService" => "support-desk",
        _ => "A text of some length",
    };
}
