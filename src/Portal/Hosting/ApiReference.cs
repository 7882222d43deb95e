using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace Portal.Hosting;

/// <summary>
/// What programs can call, as documents and as a page that reads them. The documents are made of the mapped addresses themselves; the page's
/// script comes from this host, and nothing of it from elsewhere.
/// </summary>
public static class ApiReference
{
    public const string Data = "data";
    public const string Gateway = "gateway";

    private const string Scheme = "apiKey";

    private static readonly object s_nonce = new();

    public static void AddApiReference(this WebApplicationBuilder builder)
    {
        // A number is written as one, so a document says no other.
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict);
        builder.Services.AddOpenApi(Data, options =>
        {
            options.ShouldInclude = endpoint => endpoint.RelativePath?.StartsWith("api/v1/", StringComparison.Ordinal) is true;
            options.AddDocumentTransformer((document, _, _) => Done(() => DataReference.Complete(Described(document, "Data API", DataReference.Introduction))));
        });
        builder.Services.AddOpenApi(Gateway, options =>
        {
            options.ShouldInclude = endpoint => endpoint.RelativePath is { } path && !path.Contains("{**", StringComparison.Ordinal) && !path.Contains("{path", StringComparison.Ordinal)
                && (path.StartsWith("v1/", StringComparison.Ordinal) || path.StartsWith("openai/v1/", StringComparison.Ordinal));
            options.AddDocumentTransformer((document, _, _) => Done(() => GatewayReference.Complete(Described(document, "Model API", GatewayReference.Introduction))));
        });
    }

    public static void MapApiReference(this WebApplication app)
    {
        app.MapOpenApi($"{PortalUrls.Reference}/{{documentName}}.json").AllowAnonymous();
        app.MapScalarApiReference(PortalUrls.Reference, (options, http) =>
        {
            options.Title = "API reference · Portal";
            options.AddDocument(Data, "Data API", $"{PortalUrls.Reference}/{Data}.json")
                .AddDocument(Gateway, "Model API", $"{PortalUrls.Reference}/{Gateway}.json", isDefault: http.Request.Query["api"] == Gateway);
            (options.DefaultFonts, options.Telemetry, options.HideClientButton, options.DotNetFlag) = (false, false, true, false);
            options.Favicon = "/favicon.svg";
            // Its maker's own offers: they lead elsewhere, and the assistant would send there what is asked.
            options.HideDeveloperTools().DisableAgent().DisableMcp();
            options.Nonce = http.Items[s_nonce] as string;
        }).AllowAnonymous();
    }

    /// <summary>The mark of the page's own inline script, for its policy; empty everywhere else.</summary>
    internal static string ScriptMark(HttpContext http)
    {
        if (!http.Request.Path.StartsWithSegments(PortalUrls.Reference))
        {
            return "";
        }

        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
        http.Items[s_nonce] = nonce;
        return $" 'nonce-{nonce}'";
    }

    /// <summary>A body in JSON with one example.</summary>
    internal static void Example(OpenApiOperation operation, string json)
    {
        if (operation.RequestBody?.Content?.TryGetValue("application/json", out var body) is true)
        {
            body.Example = JsonNode.Parse(json);
        }
    }

    private static Task Done(Action act)
    {
        act();
        return Task.CompletedTask;
    }

    private static OpenApiDocument Described(OpenApiDocument document, string title, string text)
    {
        document.Info = new OpenApiInfo { Title = title, Version = "v1", Description = text };
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Scheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "ptl_live_…",
                Description = "An API key of the organization, as a bearer token or in the header x-goog-api-key. Keys are issued under API keys.",
            },
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
        return document;
    }
}
