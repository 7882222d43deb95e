using System.Text.Json.Nodes;
using Portal.Features.Deploy;
using Portal.Features.Model;
using Portal.Vertex.Contracts;
using Xunit;

namespace Portal.Tests.Features.Deploy;

public sealed class RecipeJsonTests
{
    public static TheoryData<string, int, string, int?> Recipes => new()
    {
        { "", 0, "", null },
        { "Name the \"intent\" of it, grüße \U0001F600.", 0, "", 0 },
        { "", 1, "LOW", null },
        { "Name the intent.", 7, "", 128 },
    };

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Around_TurnsAlone_IsWhatIsPutTogetherAndThenPutIntoJson(string instruction, int shots, string level, int? budget)
    {
        var recipe = new RecipeContent(instruction, [.. Enumerable.Range(0, shots).Select(i => new Shot($"Where is \"{i}\"?", $"billing_{i}"))], 0, 64, level, budget);
        VertexContent[][] asked =
        [
            [VertexContent.User("Where is my card?")],
            [new VertexContent { Parts = [new VertexPart { Text = "no role, a \\ and a \u4f60" }] }],
            [VertexContent.User("First"), VertexContent.Model("Then"), VertexContent.User("Last")],
            [new VertexContent { Parts = [new VertexPart { Text = "two" }, new VertexPart { Text = "parts" }] }],
            [VertexContent.User("A question"), VertexContent.Model("that the model answered")],
            [new VertexContent { Parts = [new VertexPart { InlineData = new VertexBlob { MimeType = "audio/wav", Data = "AAAA" } }] }],
        ];
        foreach (var turns in asked)
        {
            var request = new VertexGenerateContentRequest { Contents = turns };

            var json = RecipeJson.Of(recipe).Around(request);

            Assert.NotNull(json);
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(RecipeTurns.Apply(recipe, request).ToJson()), JsonNode.Parse(json)));
        }
    }

    [Fact]
    public void Around_MoreThanTurns_IsLeftToThoseWhoPutBothTogether()
    {
        var json = RecipeJson.Of(new RecipeContent("Name the intent.", [], 0, 64, "", null));
        var plain = new VertexGenerateContentRequest { Contents = [VertexContent.User("x")] };
        VertexGenerateContentRequest[] more =
        [
            plain with { SystemInstruction = VertexContent.User("Be brief.") },
            plain with { GenerationConfig = new VertexGenerationConfig { Temperature = 1 } },
            plain with { Tools = [new VertexTool()] },
            plain with { ToolConfig = new VertexToolConfig() },
            plain with { SafetySettings = [new VertexSafetySetting()] },
        ];

        Assert.NotNull(json.Around(plain));
        Assert.All(more, request => Assert.Null(json.Around(request)));
    }
}
