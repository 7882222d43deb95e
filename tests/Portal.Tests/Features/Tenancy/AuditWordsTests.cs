using System.Text.RegularExpressions;
using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Tenancy;

public sealed partial class AuditWordsTests
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

    /// <summary>Nobody reads codes: what is written into the log has words.</summary>
    [Fact]
    public void Actions_ThatAreWritten_HaveWords()
    {
        var written = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Portal", "Features"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Written().Matches(File.ReadAllText(file))).Select(m => m.Groups["action"].Value).Distinct().ToList();

        Assert.True(written.Count > 60);
        Assert.Empty(written.Except(AuditWords.Actions));
    }

    [GeneratedRegex(@"\.Audit\(""(?<action>[a-z-]+\.[a-z-]+)""")]
    private static partial Regex Written();
}
