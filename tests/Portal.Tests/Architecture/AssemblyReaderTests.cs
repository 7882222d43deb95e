using Portal.Tests.Architecture.Samples;
using Xunit;

namespace Portal.Tests.Architecture;

public sealed class AssemblyReaderTests
{
    private static readonly IReadOnlySet<Reference> s_references = AssemblyReader.Read("Portal.Tests").References;

    [Theory]
    [InlineData(nameof(UsesInAField))]
    [InlineData(nameof(UsesAsBase))]
    [InlineData(nameof(UsesInAMethod))]
    [InlineData(nameof(UsesAsTypeArgument))]
    [InlineData(nameof(UsesInAnArray))]
    [InlineData(nameof(UsesInAMark))]
    [InlineData(nameof(UsesInAnAsyncLambda))]
    [InlineData(nameof(UsesInAnIterator))]
    [InlineData(nameof(UsesInACatch))]
    public void Read_AUseHoweverHidden_IsFound(string user) =>
        Assert.Contains(s_references, r => r.FromName == user && r.To == typeof(UsedException).FullName);

    [Fact]
    public void Read_ATypeThatUsesNothing_FindsNothing() =>
        Assert.DoesNotContain(s_references, r => r.FromName == nameof(UsesNothing) && r.To == typeof(UsedException).FullName);
}
