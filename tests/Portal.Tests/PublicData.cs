using Xunit;

namespace Portal.Tests;

/// <summary>The public data sets, which lie beside the repository and not in it.</summary>
internal static class PublicData
{
    /// <summary>The file's path; the test is skipped where it is not there.</summary>
    public static string Find(string path)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var file = Path.Combine(at.FullName, "shared", "datasets", path);
            if (File.Exists(file))
            {
                return file;
            }
        }

        Assert.Skip("The public data sets are not here: no shared/datasets folder beside the repository.");
        return "";
    }
}
