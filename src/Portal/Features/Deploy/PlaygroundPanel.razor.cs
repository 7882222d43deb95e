using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using MudBlazor;
using Portal.Components;
using Portal.Features.Billing;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>Tries the live deployment from the page. What was said stays on the page, unless the organisation keeps texts.</summary>
public sealed partial class PlaygroundPanel : ComponentBase
{
    private const int MaximumLength = 20_000;
    private const int Kept = 10;

    private readonly List<Exchange> _exchanges = [];
    private string _text = "";
    private bool _asking;

    [Parameter, EditorRequired]
    public string ProjectId { get; set; } = "";

    [Parameter, EditorRequired]
    public string EndpointId { get; set; } = "";

    [Parameter]
    public bool MayTry { get; set; }

    [Parameter]
    public bool IsPrimary { get; set; }

    [Inject]
    private ServingService Serving { get; set; } = default!; // filled by the renderer

    [Inject]
    private IEnumerable<IAnswerRater> Raters { get; set; } = default!; // filled by the renderer

    private string Hint => (_asking, MayTry, _text.Trim()) switch
    {
        (true, _, _) => "Asking…",
        (_, false, _) => "Your role lets you look, not call.",
        (_, _, "") => "Write an input first. Ctrl+Enter sends.",
        _ => "Ctrl+Enter sends.",
    };

    private Task OnKeyAsync(KeyboardEventArgs key) => key is { Key: "Enter", CtrlKey: true } or { Key: "Enter", MetaKey: true } ? SendAsync() : Task.CompletedTask;

    private async Task SendAsync()
    {
        var asked = _text.Trim();
        if (_asking || !MayTry || asked is "")
        {
            return;
        }

        _asking = true;
        try
        {
            Keep(await AskAsync(asked));
            _text = "";
        }
        catch (PortalException expected)
        {
            Keep(new Exchange(asked, expected.Message, "", IsProblem: true));
        }
        catch (GatewayException told)
        {
            Keep(new Exchange(asked, told.Message, $"HTTP {told.Code} {told.Status}", IsProblem: true));
        }
        finally
        {
            _asking = false;
        }
    }

    private async Task<Exchange> AskAsync(string asked)
    {
        var served = await Serving.FindLiveAsync(ProjectId, EndpointId, CancellationToken.None);
        var request = new VertexGenerateContentRequest { Contents = [VertexContent.User(asked)] };
        var answered = await Serving.AnswerAsync(served, new Caller(UsageSource.Playground), request);
        var text = answered.Response.Text;
        var facts = $"{served.ModelVersion} · {Show.Milliseconds(answered.Milliseconds)} · {Show.Count(answered.Usage.Input)} tokens in, {Show.Count(answered.Usage.Output)} out · {Show.Money(answered.AmountMicros)}";
        return new Exchange(asked, text is "" ? "The model gave no text." : text, facts, IsProblem: text is "") { ResponseId = answered.Response.ResponseId };
    }

    private void Keep(Exchange exchange)
    {
        _exchanges.Insert(0, exchange);
        if (_exchanges.Count > Kept)
        {
            _exchanges.RemoveAt(Kept);
        }
    }

    private async Task RateAsync(Exchange exchange, bool isGood)
    {
        try
        {
            foreach (var rater in Raters)
            {
                await rater.RateAsync(ProjectId, exchange.ResponseId, isGood, CancellationToken.None);
            }

            (exchange.IsGood, exchange.Rated) = (isGood, "Thank you, that is noted.");
        }
        catch (PortalException expected)
        {
            exchange.Rated = expected.Message;
        }
    }

    private static string IconOf(bool isGood, bool isPressed) => (isGood, isPressed) switch
    {
        (true, true) => Icons.Material.Filled.ThumbUp,
        (true, false) => Icons.Material.Outlined.ThumbUp,
        (false, true) => Icons.Material.Filled.ThumbDown,
        _ => Icons.Material.Outlined.ThumbDown,
    };

    private sealed record Exchange(string Asked, string Said, string Facts, bool IsProblem)
    {
        public string ResponseId { get; init; } = "";

        public bool? IsGood { get; set; }

        public string Rated { get; set; } = "";
    }
}
