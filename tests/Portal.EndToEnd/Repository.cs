namespace Portal.EndToEnd;

internal static class Repository
{
    public static string Root { get; } = FindRoot();

    // bin/<configuration>/net10.0/
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent?.Name ?? "Debug";

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Portal.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests run from inside the repository.");
    }

    /// <summary>10,003 support messages of a bank in 77 intents, where the public data sets stand beside the repository.</summary>
    public static string Banking => Path.Combine(Root, "..", "shared", "datasets", "banking77-support-intents", "train.csv");
}
