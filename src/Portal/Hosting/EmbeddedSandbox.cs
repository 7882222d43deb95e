using Microsoft.Extensions.Options;
using Portal.Features.Admin;
using Portal.Sandbox;
using Portal.Storage;

namespace Portal.Hosting;

/// <summary>
/// Starts the sandbox inside this process, on its own port, for work without Google. The one file that knows the project:
/// everything else speaks to it over HTTP, as it would to Google.
/// </summary>
public static class EmbeddedSandbox
{
    public static void AddEmbeddedSandbox(this WebApplicationBuilder builder)
    {
        if (builder.Configuration.GetValue("Sandbox:Embedded", false))
        {
            builder.Services.AddHostedService<Host>();
        }
    }

    private sealed class Host(IConfiguration configuration, IOptions<StorageOptions> storage) : IHostedService
    {
        private WebApplication? _sandbox;

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            var options = new SandboxOptions
            {
                StateFolder = Path.Combine(storage.Value.Folder, "sandbox"),
                People = [.. DemoPeople.All.Select(p => new SandboxPerson(p.Subject, p.Name, p.Email, p.Description))],
            };
            configuration.GetSection("Sandbox").Bind(options);
            options = options with { StripeWebhooks = [.. options.StripeWebhooks, .. Webhook()] };
            _sandbox = SandboxServer.Build(options);
            await _sandbox.StartAsync(cancellationToken);
        }

        /// <summary>The practice Stripe tells this very portal what happens.</summary>
        private IEnumerable<SandboxWebhook> Webhook() =>
            configuration.GetValue("Stripe:IsSandbox", false) && configuration["urls"]?.Split(';')[0] is { Length: > 0 } url && configuration["Stripe:WebhookSecrets:0"] is { Length: > 0 } secret
                ? [new SandboxWebhook { Url = url.TrimEnd('/') + PortalUrls.StripeWebhook, Secret = secret }] : [];

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            if (_sandbox is not null)
            {
                await _sandbox.StopAsync(cancellationToken);
                await _sandbox.DisposeAsync();
            }
        }
    }
}
