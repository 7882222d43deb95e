namespace Portal.Features.Tenancy;

/// <summary>A browser's long name for itself in two words. It is what the browser says, so it is a reminder and no proof.</summary>
internal static class DeviceWords
{
    // The first that fits: Edge and Opera call themselves Chrome too, and Chrome calls itself Safari.
    private static readonly (string Mark, string Name)[] s_browsers =
        [("Edg/", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];

    private static readonly (string Mark, string Name)[] s_systems =
        [("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux")];

    public static string Of(string userAgent) => (Find(s_browsers, userAgent), Find(s_systems, userAgent)) switch
    {
        (null, null) => userAgent is "" ? "Unknown device" : "Another program",
        (var browser, null) => browser,
        (null, var system) => $"A browser on {system}",
        var (browser, system) => $"{browser} on {system}",
    };

    private static string? Find((string Mark, string Name)[] names, string text) =>
        names.FirstOrDefault(n => text.Contains(n.Mark, StringComparison.Ordinal)).Name;
}
