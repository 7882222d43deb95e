namespace Portal.Sandbox;

internal static class SandboxProgram
{
    public static async Task Main(string[] args)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Sandbox:StateFolder", Path.Combine(Environment.CurrentDirectory, "data", "sandbox"))])
            .AddJsonFile(Path.Combine(Environment.CurrentDirectory, "sandbox.json"), optional: true)
            .AddEnvironmentVariables()
            .AddCommandLine(args)
            .Build();
        var options = configuration.GetSection("Sandbox").Get<SandboxOptions>() ?? new SandboxOptions();

        await using var app = SandboxServer.Build(options);
        await app.StartAsync();
        Console.WriteLine($"Sandbox listening on {app.Urls.First()}");
        await app.WaitForShutdownAsync();
    }
}
