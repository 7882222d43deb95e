using System.Diagnostics;
using Xunit;

namespace Portal.Tests.Features.Data;

/// <summary>The README's calls of the Data API, run as they stand there.</summary>
internal static class Shell
{
    public static void Require()
    {
        if (!new[] { "bash", "curl", "jq" }.All(tool => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, tool)))))
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") is "true", "curl and jq are needed here.");
            Assert.Skip("curl or jq is missing.");
        }
    }

    /// <summary>The scripts of the README's section, in their order.</summary>
    public static async Task<IReadOnlyList<string>> ReadmeAsync()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"), TestContext.Current.CancellationToken);
        var section = readme[readme.IndexOf("## Data by program", StringComparison.Ordinal)..readme.IndexOf("## Production", StringComparison.Ordinal)];
        return [.. section.Split("```sh\n").Skip(1).Select(script => script[..script.IndexOf("```", StringComparison.Ordinal)])];
    }

    public static async Task<(int Code, string Output)> RunAsync(string folder, string script, params (string Name, string Value)[] variables)
    {
        using var shell = new Process
        {
            StartInfo = new ProcessStartInfo("bash") { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        shell.StartInfo.ArgumentList.Add("-eu");
        foreach (var (name, value) in variables)
        {
            shell.StartInfo.Environment[name] = value;
        }

        shell.Start();
        await shell.StandardInput.WriteAsync(script);
        shell.StandardInput.Close();
        var (output, errors) = (shell.StandardOutput.ReadToEndAsync(), shell.StandardError.ReadToEndAsync());
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (shell.ExitCode, await output + await errors);
    }
}
