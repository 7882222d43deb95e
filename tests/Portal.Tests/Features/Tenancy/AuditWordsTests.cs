using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Tenancy;

public sealed class AuditWordsTests
{
    // The platform's own log alone has these, and is read without a filter.
    private static readonly string[] s_platforms = ["announcement.", "catalogue."];

    /// <summary>What can stand in an organization's log can be looked for there.</summary>
    [Fact]
    public void Kinds_OfEveryAction_AreThere()
    {
        var prefixes = AuditWords.Actions.Select(a => a[..(a.IndexOf('.', StringComparison.Ordinal) + 1)]).Distinct().Except(s_platforms);

        Assert.Equal(prefixes.Order(StringComparer.Ordinal), AuditWords.Kinds.Select(k => k.Prefix));
    }
}
