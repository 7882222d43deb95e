using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Inference;

/// <summary>Where a caller insists on a function call, the answer becomes the arguments of one.</summary>
internal static class FunctionChoice
{
    public static VertexFunctionCall? Make(string answer, VertexGenerateContentRequest request)
    {
        if (request.ToolConfig?.FunctionCallingConfig is not { Mode: "ANY" } config)
        {
            return null;
        }

        var allowed = request.Tools.SelectMany(tool => tool.FunctionDeclarations)
            .Where(function => config.AllowedFunctionNames.Count == 0 || config.AllowedFunctionNames.Contains(function.Name)).ToList();
        if (allowed.Count == 0)
        {
            throw Refusal.Invalid("Function calling mode ANY requires at least one declared and allowed function.");
        }

        var chosen = allowed.Find(function => answer.Contains(function.Name, StringComparison.OrdinalIgnoreCase)) ?? allowed[0];
        var schema = chosen.Parameters ?? chosen.ParametersJsonSchema;
        var arguments = schema is null ? new JsonObject() : SchemaFit.Fit(answer, schema.Value);
        return new() { Name = chosen.Name, Args = JsonSerializer.SerializeToElement(arguments) };
    }
}
