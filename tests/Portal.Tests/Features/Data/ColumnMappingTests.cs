using Portal.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class ColumnMappingTests
{
    private static readonly ColumnMapping s_whole = new("{{input}}", "{{output}}")
    {
        System = "{{system}}", Media = "{{media}}", Group = "group", Date = "date", Slice = "slice", Split = "split", SourceId = "id", InputEnding = "###", OutputEnding = "END",
    };

    [Fact]
    public void MappingBody_SaysAndTakesEveryPart() => Assert.Equal(s_whole, MappingBody.Of(s_whole).On(ColumnMapping.Of("other", "another"), s_whole.Columns));

    /// <summary>What is compared between versions and shown of a playbook: a part that is left out here changes unseen.</summary>
    [Fact]
    public void Parts_AreAll()
    {
        var texts = typeof(ColumnMapping).GetProperties().Where(p => p.CanWrite).Select(p => (string)p.GetValue(s_whole)!).ToList();

        Assert.DoesNotContain("", texts);
        Assert.Equal(texts.Order(StringComparer.Ordinal), s_whole.Parts.Select(p => p.Value).Order(StringComparer.Ordinal));
    }
}
