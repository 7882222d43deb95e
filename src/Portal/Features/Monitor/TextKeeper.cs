using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>A text on its way to being redacted. It is in memory only, and lost with the process: it never was on record.</summary>
public sealed record PassingText(string TenantId, string ProjectId, string DeploymentId, string ResponseId, string Input, string Answer, DateTime At)
{
    public bool IsValid { get; init; }
}

/// <summary>
/// Redacts the texts that are to be kept, then keeps them, beside the calls and not in their way: where more come than it gets done, some
/// are not kept. What cannot be redacted is not kept either.
/// </summary>
public sealed class TextKeeper(IServiceScopeFactory scopes, ILogger<TextKeeper> logger) : BackgroundService
{
    private const int Room = 2_000;
    private const int Batch = 100;

    private readonly Channel<PassingText> _passing = Channel.CreateBounded<PassingText>(new BoundedChannelOptions(Room) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Take(PassingText text) => _passing.Writer.TryWrite(text);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await _passing.Reader.WaitToReadAsync(stoppingToken))
            {
                List<PassingText> batch = [];
                while (batch.Count < Batch && _passing.Reader.TryRead(out var text))
                {
                    batch.Add(text);
                }

                foreach (var project in batch.GroupBy(t => (t.TenantId, t.ProjectId)))
                {
                    await TryKeepAsync([.. project.DistinctBy(t => t.ResponseId)], stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host is stopping; what was still passing is not kept.
        }
    }

    private async Task TryKeepAsync(List<PassingText> texts, CancellationToken ct)
    {
        try
        {
            await KeepAsync(texts, ct);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // A database that is away now, or another node that numbered the same placeholder: a sample is lost, and no call.
            logger.LogWarning(fault, "{Count} texts of project {ProjectId} could not be kept", texts.Count, texts[0].ProjectId);
        }
    }

    private async Task KeepAsync(List<PassingText> texts, CancellationToken ct)
    {
        await using var services = scopes.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<TenantScope>().Enter(texts[0].TenantId);
        await using var db = await services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(ct);
        // As it is now: whoever has taken the word back since has taken it back for these as well.
        var choice = await CallBasis.ChoiceAsync(db, ct);
        var ids = texts.Select(t => t.ResponseId).ToList();
        var there = await db.StoredCalls.Where(c => ids.Contains(c.ResponseId)).Select(c => c.ResponseId).ToListAsync(ct);
        var wanted = texts.Where(t => choice.Picks(t.ResponseId) && !there.Contains(t.ResponseId)).ToList();
        if (wanted.Count is 0)
        {
            return;
        }

        var redactor = services.ServiceProvider.GetRequiredService<Redactor>();
        var kept = await Redacting.RunAsync(redactor, texts[0].ProjectId, redaction => wanted.Select(t => Redacted(t, redaction, choice.Days)).ToList(), ct);
        db.StoredCalls.AddRange(kept);
        await db.SaveChangesAsync(ct);
    }

    private static StoredCall Redacted(PassingText text, Redaction redaction, int days) => new()
    {
        ProjectId = text.ProjectId, DeploymentId = text.DeploymentId, ResponseId = text.ResponseId,
        Input = redaction.Redact(text.Input, Redacting.All), Answer = redaction.Redact(text.Answer, Redacting.All), IsValid = text.IsValid, At = text.At, ExpiresAt = text.At.AddDays(days),
    };
}
