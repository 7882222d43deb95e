using System.Buffers;
using System.Text.Json;
using Portal.Features.Model;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>
/// What a recipe puts around its callers' turns, in JSON. It is the same for each call and may be long, and putting it into JSON anew took longer
/// than all that is particular to a call.
/// </summary>
public sealed class RecipeJson
{
    private readonly byte[] _before;
    private readonly byte[] _after;

    private RecipeJson(byte[] before, byte[] after) => (_before, _after) = (before, after);

    public static RecipeJson Of(RecipeContent recipe)
    {
        var built = recipe.RequestFor("");
        // {"systemInstruction":…} of what is no turn: its brace is in front of the turns instead.
        var others = (built with { Contents = [] }).ToJson();
        return new RecipeJson(
            [.. "{\"contents\":["u8, .. built.Contents.SkipLast(1).SelectMany(IEnumerable<byte> (turn) => [.. JsonOf(turn), (byte)','])],
            others is [_, (byte)'}'] ? "]}"u8.ToArray() : [.. "],"u8, .. others.AsSpan(1)]);
    }

    /// <summary>The same as <see cref="RecipeTurns.Apply"/> in JSON; null where a caller sends more than turns, so that both have to be put together.</summary>
    public byte[]? Around(VertexGenerateContentRequest asked)
    {
        if (asked is not { SystemInstruction: null, Tools: [], ToolConfig: null, SafetySettings: [], GenerationConfig: null })
        {
            return null;
        }

        var json = new ArrayBufferWriter<byte>(_before.Length + _after.Length + 512);
        json.Write(_before);
        var isFirst = true;
        foreach (var turn in RecipeTurns.TurnsOf(asked))
        {
            json.Write(isFirst ? [] : ","u8);
            json.Write(JsonOf(turn));
            isFirst = false;
        }

        json.Write(_after);
        return json.WrittenSpan.ToArray();
    }

    private static byte[] JsonOf(VertexContent turn) => JsonSerializer.SerializeToUtf8Bytes(turn, VertexJson.Options);
}
