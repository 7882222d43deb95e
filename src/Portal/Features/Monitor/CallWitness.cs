using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Deploy;
using Portal.Persistence;
using Portal.Vertex.Contracts;

namespace Portal.Features.Monitor;

/// <summary>Takes a call's figures while its text passes, and hands the text on to be kept where its organisation wants that.</summary>
public sealed class CallWitness(CallBases bases, TextKeeper keeper) : ICallWitness
{
    public async ValueTask WitnessAsync(PortalDbContext db, CallWords words)
    {
        // Tries at the playground and smoke calls are no traffic; they are kept as texts only to be rated.
        var basis = await bases.OfAsync(db, words.ProjectId);
        var question = QuestionOf(words.Asked);
        if (words.Source is UsageSource.Endpoint)
        {
            db.CallTraits.Add(TraitOf(words, basis, question, db.Now));
        }

        if (IsSingle(words.Asked) && basis.Keeping.Picks(words.ResponseId) && question.Length + words.Answer.Length <= StoredCall.MostCharacters)
        {
            keeper.Take(new PassingText(db.TenantId, words.ProjectId, words.DeploymentId, words.ResponseId, question, words.Answer, db.Now)
            {
                IsValid = basis.Shape.IsMet(words.Answer, words.FinishReason),
            });
        }
    }

    private static CallTrait TraitOf(CallWords words, CallBasis basis, string question, DateTime now)
    {
        var scan = new TextScan();
        scan.Read(question);
        return new CallTrait
        {
            ProjectId = words.ProjectId,
            EndpointId = words.EndpointId,
            ResponseId = words.ResponseId,
            At = now,
            Length = question.Length,
            Language = LanguageGuess.NameOf(LanguageGuess.Of(scan, question)),
            Label = basis.Shape.LabelOf(words.Answer),
            IsValid = basis.Shape.IsMet(words.Answer, words.FinishReason),
            IsBlocked = words.IsBlocked,
            Confidence = words.AverageLogProbability is { } log && double.IsFinite(log) ? Math.Exp(Math.Min(0, log)) : null,
            Sketch = CallSketch.Of(scan),
        };
    }

    /// <summary>What the user said last.</summary>
    private static string QuestionOf(VertexGenerateContentRequest asked) =>
        asked.Contents.LastOrDefault(c => c.Role is not VertexContent.ModelRole) is { } turn ? string.Concat(turn.Parts.Select(p => p.Text)) : "";

    /// <summary>One question of text alone: what else a call may carry has no place in a row.</summary>
    private static bool IsSingle(VertexGenerateContentRequest asked) => asked is { SystemInstruction: null, Contents: [var only] } && only.Parts.All(p => p.Text is not null);
}
