using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using Portal.Hosting;
using Portal.Tests.Isolation;
using Xunit;

namespace Portal.Tests.Hosting;

public sealed class ApiReferenceTests(IsolationFixture fixture) : IClassFixture<IsolationFixture>
{
    /// <summary>The documents are read without an error by somebody else's reader, and every address that a key opens stands in one of them.</summary>
    [Fact]
    public async Task Documents_OfTheRunningPortal_AreValidAndHaveEveryAddress()
    {
        using var http = fixture.World.Browser();
        HashSet<string> told = [];
        foreach (var name in new[] { ApiReference.Data, ApiReference.Gateway })
        {
            var text = await http.GetStringAsync($"/reference/{name}.json", TestContext.Current.CancellationToken);
            var read = OpenApiDocument.Parse(text, OpenApiConstants.Json);
            Assert.True(read.Diagnostic?.Errors is [] or null, string.Join('\n', read.Diagnostic?.Errors.Select(e => $"{e.Pointer} {e.Message}") ?? []));
            Assert.Equal("bearer", read.Document!.Components!.SecuritySchemes!["apiKey"].Scheme);
            foreach (var (path, item) in read.Document.Paths)
            {
                foreach (var (method, operation) in item.Operations!)
                {
                    told.Add($"{method.Method} {path}");
                    Assert.False(string.IsNullOrEmpty(operation.Summary) || string.IsNullOrEmpty(operation.Description), $"{method} {path} says nothing.");
                    Assert.Contains("401", operation.Responses!.Keys);
                }
            }
        }

        var mapped = EndpointMatrix.Find(fixture.World.Services).Where(a => IsForKeys(a.Template)).Select(a => $"{a.Method} {a.Template}").ToList();
        Assert.True(mapped.Count > 25);
        Assert.Empty(mapped.SelectMany(Addresses).Except(told));
    }

    /// <summary>The page runs on what this host serves: its policy names nobody else, and the one inline script bears the mark of its answer.</summary>
    [Fact]
    public async Task Page_OfTheReference_ComesFromHereAlone()
    {
        using var http = fixture.World.Browser();

        using var answer = await http.GetAsync(new Uri("/reference/", UriKind.Relative), TestContext.Current.CancellationToken);
        var page = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        var nonce = policy[(policy.IndexOf("'nonce-", StringComparison.Ordinal) + 7)..];
        Assert.Contains($"nonce=\"{nonce[..nonce.IndexOf('\'', StringComparison.Ordinal)]}\"", page.Replace("&#x2B;", "+", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
        Assert.Contains("\"showDeveloperTools\":\"never\"", page.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var elsewhere = await http.GetAsync(new Uri("/sign-in", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.DoesNotContain("nonce", string.Join(' ', elsewhere.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    /// <summary>What a deployment links to opens at the calls to it, without being sent on.</summary>
    [Fact]
    public async Task Page_OfTheModelsReference_OpensAtTheModelApi()
    {
        using var http = fixture.World.Browser();

        var page = await http.GetStringAsync(PortalUrls.ModelReference, TestContext.Current.CancellationToken);

        Assert.Matches("gateway\\.json\"[^}]*\"default\":true", page.Replace(" ", "", StringComparison.Ordinal));
    }

    private static bool IsForKeys(string template) => (template.StartsWith("/api/v1/", StringComparison.Ordinal) || template.StartsWith("/v1/", StringComparison.Ordinal) || template.StartsWith("/openai/v1/", StringComparison.Ordinal))
        && !template.Contains("{**", StringComparison.Ordinal);

    /// <summary>One address of Gemini's holds three methods.</summary>
    private static IEnumerable<string> Addresses(string mapped) => mapped is "POST /v1/models/{target}"
        ? ["POST /v1/models/{name}:generateContent", "POST /v1/models/{name}:streamGenerateContent", "POST /v1/models/{name}:countTokens"]
        : [mapped.TrimEnd('/')];
}
