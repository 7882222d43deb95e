using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Deploy;
using Portal.Persistence;
using Portal.Vertex.Contracts;

namespace Portal.Features.Monitor;

/// <summary>Takes a call's figures while its text passes, and hands the text on to be kept, once the call is on record, where its organisation wants that.</summary>
public sealed class CallWitness(CallBases bases, TextKeeper keeper) : ICallWitness
{
    private readonly TextScan _scan = new();
    private readonly List<CallTrait> _traits = [];
    private readonly List<PassingText> _passing = [];

    public async ValueTask WitnessAsync(PortalDbContext db, CallRecord call, CallWords words)
    {
        // Tries at the playground and smoke calls are no traffic; they are kept as texts only to be rated.
        var basis = await bases.OfAsync(db, call.ProjectId);
        var question = QuestionOf(words.Asked);
        var isValid = basis.Shape.IsMet(words.Answer, words.FinishReason);
        if (call.Source is UsageSource.Endpoint)
        {
            _traits.Add(TraitOf(call, words, question, basis.Shape.LabelOf(words.Answer), isValid));
        }

        if (IsSingle(words.Asked) && basis.Keeping.Picks(call.ResponseId) && question.Length + words.Answer.Length <= StoredCall.MostCharacters)
        {
            _passing.Add(new PassingText(call.TenantId, call.ProjectId, call.DeploymentId, call.ResponseId, question, words.Answer, call.At) { IsValid = isValid });
        }
    }

    public Task WriteAsync(PortalDbContext db, CancellationToken ct) => db.InsertNewAsync(_traits, ct);

    public void Recorded()
    {
        _passing.ForEach(keeper.Take);
        _passing.Clear();
        _traits.Clear();
    }

    private CallTrait TraitOf(CallRecord call, CallWords words, string question, string label, bool isValid)
    {
        _scan.Read(question);
        return new CallTrait
        {
            ProjectId = call.ProjectId,
            EndpointId = call.EndpointId,
            ResponseId = call.ResponseId,
            At = call.At, // The slice that counts the call finds it there.
            Length = question.Length,
            Language = LanguageGuess.NameOf(LanguageGuess.Of(_scan, question)),
            Label = label,
            IsValid = isValid,
            IsBlocked = words.IsBlocked,
            Confidence = words.AverageLogProbability is { } log && double.IsFinite(log) ? Math.Exp(Math.Min(0, log)) : null,
            Sketch = CallSketch.Of(_scan),
        };
    }

    /// <summary>What the user said last.</summary>
    private static string QuestionOf(VertexGenerateContentRequest asked) =>
        asked.Contents.LastOrDefault(c => c.Role is not VertexContent.ModelRole) is { } turn ? string.Concat(turn.Parts.Select(p => p.Text)) : "";

    /// <summary>One question of text alone: what else a call may carry has no place in a row.</summary>
    private static bool IsSingle(VertexGenerateContentRequest asked) => asked is { SystemInstruction: null, Contents: [var only] } && only.Parts.All(p => p.Text is not null);
}
