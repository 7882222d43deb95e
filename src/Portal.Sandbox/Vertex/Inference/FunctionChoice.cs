using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Learner;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Inference;

/// <summary>
/// Whether an answer becomes a function call. The small models have not learnt when to call: where the caller insists, the answer is made
/// into arguments; where the caller leaves it open, the function is called whose declaration shares at least two words with what was asked.
/// The same question with the same declarations is always answered alike.
/// </summary>
internal static class FunctionChoice
{
    private const int FewestSharedWords = 2;
    private const int ShortestWord = 3;

    private static readonly HashSet<string> s_plain = ["the", "and", "for", "with", "from", "this", "that", "are", "was", "what", "when", "how", "you", "your", "can", "get", "its", "his", "her", "has", "have", "one", "any", "all", "not"];

    public static VertexFunctionCall? Make(string answer, VertexGenerateContentRequest request)
    {
        var config = request.ToolConfig?.FunctionCallingConfig;
        var declared = request.Tools.SelectMany(tool => tool.FunctionDeclarations).ToList();
        if (config?.AllowedFunctionNames is { Count: > 0 } names)
        {
            declared = declared.FindAll(function => names.Contains(function.Name));
        }

        return config?.Mode switch
        {
            "ANY" when declared.Count == 0 => throw Refusal.Invalid("Function calling mode ANY requires at least one declared and allowed function."),
            "ANY" => Call(declared.Find(function => answer.Contains(function.Name, StringComparison.OrdinalIgnoreCase)) ?? declared[0], answer),
            "NONE" => null,
            _ => Chosen(declared, request),
        };
    }

    /// <summary>A function's answer is answered from; it is no question to call with again.</summary>
    private static VertexFunctionCall? Chosen(List<VertexFunctionDeclaration> declared, VertexGenerateContentRequest request)
    {
        if (declared.Count == 0 || request.Contents[^1].Parts.Any(part => part.FunctionResponse is not null))
        {
            return null;
        }

        var question = PromptText.Of(request.Contents[^1]);
        var asked = Stems(question);
        var best = declared.MaxBy(function => Shared(function, asked))!; // There is one, and of equals the first.
        return Shared(best, asked) >= FewestSharedWords ? Call(best, question) : null;
    }

    private static int Shared(VertexFunctionDeclaration function, HashSet<string> asked) =>
        Stems($"{function.Name.Replace('_', ' ')} {function.Description}").Count(asked.Contains);

    private static HashSet<string> Stems(string text) =>
        [.. WordScanner.Words(text).Where(word => word.Length >= ShortestWord && !s_plain.Contains(word)).Select(Stemmer.Stem)];

    private static VertexFunctionCall Call(VertexFunctionDeclaration function, string text)
    {
        var schema = function.Parameters ?? function.ParametersJsonSchema;
        var arguments = schema is null ? new JsonObject() : SchemaFit.Fit(text, schema.Value);
        return new() { Name = function.Name, Args = JsonSerializer.SerializeToElement(arguments) };
    }
}
