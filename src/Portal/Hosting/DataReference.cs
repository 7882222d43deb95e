using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Portal.Hosting;

/// <summary>What the document of the Data API says beside what its addresses say themselves.</summary>
internal static class DataReference
{
    public const string Introduction = """
        Bring rows in, settle what was found in them, freeze versions, have models write more rows, and take rows out again: all that the Data
        page does, for pipelines.

        Every call shows an API key that reads or writes data. Ids that are not yours are answered as ids that never were (404). Errors are
        problem details (RFC 9457) with a `code` for programs; those about data carry `findings`, each with its rule, remedy, rows and lines.
        A POST with an `Idempotency-Key` may be sent again for a day: it gets the same answer, and nothing is done twice.

        Synthetic rows cost. Money is whole millionths of its currency; a call that begins a run says the most that it may cost, and needs an
        `Idempotency-Key` and a key that may have models write rows beside reading and writing data.
        """;

    private static readonly FrozenDictionary<string, string> s_bodies = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["/api/v1/projects"] = """{"name":"Support triage","goal":"Route messages to the right team","kind":"classify","instruction":"Name the intent of the message.","target":0.9}""",
        ["/api/v1/projects/{projectId}/augmentations"] = """{"version":"ver_01","model":"gemini-3.5-flash","rows":50,"label":"card_lost","wish":"Half of them with a typing error","mostMicros":185000}""",
        ["/api/v1/projects/{projectId}/augmentations/quote"] = """{"version":"ver_01","model":"gemini-3.5-flash","rows":50,"label":"card_lost"}""",
        ["/api/v1/projects/{projectId}/augmentations/{augmentationId}/decision"] = """{"decision":"accept"}""",
        ["/api/v1/projects/{projectId}/augmentations/{augmentationId}/drafts/{syntheticDraftId}"] = """{"input":"My card is gone since this morning","output":"card_lost"}""",
        ["/api/v1/projects/{projectId}/augmentations/{augmentationId}/drafts/{syntheticDraftId}/decision"] = """{"decision":"accept"}""",
        ["/api/v1/projects/{projectId}/files/{importId}/import"] = """{"layout":{"delimiter":";"},"mapping":{"input":"{{subject}}: {{text}}","output":"label"}}""",
        ["/api/v1/projects/{projectId}/files/{importId}/rows/{number}/decision"] = """{"decision":"setAside"}""",
        ["/api/v1/projects/{projectId}/findings/{findingId}/decision"] = """{"decision":"redact"}""",
        ["/api/v1/projects/{projectId}/uploads"] = """{"fileName":"tickets.csv","length":104857600,"sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}""",
        ["/api/v1/projects/{projectId}/versions"] = """{"note":"Nightly","split":"byDate","openFindings":"keep"}""",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private const string Problem = """
        {"type":"https://tools.ietf.org/html/rfc4918#section-11.2","title":"Unprocessable Entity","status":422,"code":"findingsOpen",
        "detail":"1 finding needs a decision. Settle the findings below, each with its remedy, or send \"openFindings\": \"keep\" for those that only need a decision.",
        "findings":[{"id":"fnd_01","rule":"emailAddress","severity":"needsDecision","title":"2 rows with an e-mail address","count":2,
        "remedy":"Redact replaces it before anything leaves the portal; the same address gets the same placeholder.","choices":["redact","setAside","keep"],
        "decision":null,"decidedBy":"","figure":"","rows":[{"row":118,"line":119,"reason":""},{"row":240,"line":243,"reason":""}]}]}
        """;

    public static void Complete(OpenApiDocument document)
    {
        CompleteProblem(document);
        foreach (var (path, item) in document.Paths)
        {
            foreach (var (method, operation) in item.Operations ?? [])
            {
                if (s_bodies.TryGetValue(path, out var example))
                {
                    ApiReference.Example(operation, example);
                }

                if (operation.Responses?.TryGetValue("422", out var answer) is true && answer.Content?.TryGetValue("application/problem+json", out var refused) is true)
                {
                    refused.Example = JsonNode.Parse(Problem);
                }

                if (method == HttpMethod.Post)
                {
                    operation.Parameters = [.. operation.Parameters ?? [], new OpenApiParameter
                    {
                        Name = "Idempotency-Key", In = ParameterLocation.Header, Required = path.EndsWith("/augmentations", StringComparison.Ordinal), Schema = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = 200 },
                        Description = "Any value of your own, new for each call: sent again within a day, the call is answered and not done again.",
                    }];
                }
            }
        }

        if (document.Paths.TryGetValue("/api/v1/projects/{projectId}/files", out var files) && files.Operations?.TryGetValue(HttpMethod.Post, out var upload) is true)
        {
            var file = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
            upload.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["multipart/form-data"] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.Object, Properties = new Dictionary<string, IOpenApiSchema> { ["file"] = file } } },
                },
            };
        }
    }

    /// <summary>What problem details have here beside the standard's own members.</summary>
    private static void CompleteProblem(OpenApiDocument document)
    {
        if (document.Components?.Schemas?.TryGetValue("ProblemDetails", out var found) is true && found is OpenApiSchema problem)
        {
            problem.Properties ??= new Dictionary<string, IOpenApiSchema>();
            problem.Properties["code"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "What programs can tell refusals apart by, whatever the words become." };
            problem.Properties["field"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "The part of the call that is wrong, where one is." };
            problem.Properties["findings"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array, Items = new OpenApiSchemaReference("FindingAnswer", document), Description = "What stands against it in the data, where that is the reason.",
            };
        }
    }
}
