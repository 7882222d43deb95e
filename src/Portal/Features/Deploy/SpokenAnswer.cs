using System.Text;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>Gathers an answer from its chunks.</summary>
internal sealed class SpokenAnswer
{
    /// <summary>What is looked at is bounded, whatever a model says.</summary>
    private const int MostCharacters = 200_000;

    private static readonly string[] s_blocked = 
        [VertexFinishReason.Safety, VertexFinishReason.ProhibitedContent, VertexFinishReason.Blocklist, VertexFinishReason.Spii, VertexFinishReason.ModelArmor];

    private readonly StringBuilder _text = new();
    private string _finish = "";
    private bool _isBlocked;
    private double? _logProbability;

    public void Add(VertexGenerateContentResponse chunk)
    {
        if (_text.Length < MostCharacters)
        {
            _text.Append(chunk.Text);
        }

        if (chunk.Candidates is [var first, ..])
        {
            (_finish, _logProbability) = (first.FinishReason is "" ? _finish : first.FinishReason, first.AvgLogprobs ?? _logProbability);
        }

        _isBlocked |= chunk.PromptFeedback is { BlockReason: not "" } || s_blocked.Contains(_finish);
    }

    public CallWords WordsOf(VertexGenerateContentRequest asked) =>
        new() { Asked = asked, Answer = _text.ToString(), FinishReason = _finish, IsBlocked = _isBlocked, AverageLogProbability = _logProbability };
}
