using Xunit;

namespace Portal.Tests.Architecture;

public sealed class FileBudgetTests
{
    [Fact]
    public void EveryFileOfThePortal_IsWithinItsBudget()
    {
        var folder = Path.Combine(Repository.Root, "src", "Portal");
        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => (Path: Path.GetRelativePath(folder, path).Replace('\\', '/'), Full: path))
            .Where(f => IsWritten(f.Path)).Select(f => (f.Path, Lines: File.ReadLines(f.Full).Count())).OrderBy(f => f.Lines).ToList();

        Assert.True(files.Count > 50);
        TestContext.Current.SendDiagnosticMessage($"{files.Count} files, median {files[files.Count / 2].Lines} lines, longest {files[^1].Path} with {files[^1].Lines}");
        var broken = files.Where(f => f.Lines > Ceiling(f.Path)).Select(f => $"{f.Path} has {f.Lines} lines; {Ceiling(f.Path)} is the most").ToList();
        Assert.True(broken.Count is 0, string.Join('\n', broken));
    }

    [Theory]
    [InlineData("Features/Tune/TuningJob.cs", 300)]
    [InlineData("Features/Tune/TuningService.cs", 400)]
    [InlineData("Features/Tune/TunePage.razor", 200)]
    [InlineData("Features/Tune/TunePage.razor.cs", 300)]
    public void Ceiling_OfAFile_IsThatOfItsKind(string path, int lines) => Assert.Equal(lines, Ceiling(path));

    [Theory]
    [InlineData("Features/Tune/TuningJob.cs", true)]
    [InlineData("Persistence/Sqlite/Migrations/20261123_Initial.cs", false)]
    [InlineData("obj/Debug/net10.0/Portal.AssemblyInfo.cs", false)]
    [InlineData("bin/Debug/net10.0/any.cs", false)]
    [InlineData("wwwroot/app.css", false)]
    public void IsWritten_OfAFile_LeavesOutWhatToolsWrite(string path, bool isWritten) => Assert.Equal(isWritten, IsWritten(path));

    private static int Ceiling(string path) => path switch
    {
        _ when path.EndsWith(".razor", StringComparison.Ordinal) => 200,
        _ when path.EndsWith("Service.cs", StringComparison.Ordinal) => 400,
        _ => 300,
    };

    private static bool IsWritten(string path) =>
        Path.GetExtension(path) is ".cs" or ".razor" && !path.Split('/').Any(folder => folder is "bin" or "obj" or "Migrations");
}
