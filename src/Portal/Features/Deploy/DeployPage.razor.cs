using Microsoft.AspNetCore.Components;
using MudBlazor;
using Portal.Components;
using Portal.Features.Connect;
using Portal.Features.Define;
using Portal.Features.Tenancy;

namespace Portal.Features.Deploy;

public sealed partial class DeployPage : PortalPage
{
    private string _projectName = "";
    private string _suggestedName = "";
    private DeployState? _state;
    private IReadOnlyList<DeployChoice> _choices = [];
    private IReadOnlyList<ApiKey> _keys = [];
    private IReadOnlyList<GuardRow> _guard = [];
    private Traffic? _traffic;
    private IssuedKey? _issued;
    private bool _another;
    private bool _pausing;
    private bool _limiting;
    private ShadowView? _shadow;

    [Parameter]
    public string ProjectId { get; set; } = "";

    [Inject]
    private DeploymentService Deployments { get; set; } = default!; // filled by the renderer

    [Inject]
    private CanaryService Canaries { get; set; } = default!; // filled by the renderer

    [Inject]
    private RedeployService Redeploys { get; set; } = default!; // filled by the renderer

    [Inject]
    private ShadowService Shadows { get; set; } = default!; // filled by the renderer

    [Inject]
    private ApiKeyService Keys { get; set; } = default!; // filled by the renderer

    [Inject]
    private TrafficService TrafficOf { get; set; } = default!; // filled by the renderer

    [Inject]
    private ProjectService Projects { get; set; } = default!; // filled by the renderer

    [Inject]
    private ConnectService Connect { get; set; } = default!; // filled by the renderer

    [Inject]
    private CurrentMember Current { get; set; } = default!; // filled by the renderer

    [Inject]
    private IDialogService Dialogs { get; set; } = default!; // filled by the renderer

    private bool MayDeploy => DeployRights.MayDeploy(Current);

    private bool MayOverride => DeployRights.MayOverride(Current);

    private bool HasKey => _keys.Any(k => k.RevokedAt is null);

    private bool ShowsForm => _state is { UnderWay: null, Canary: null } state && (state.Live is null || _another);

    /// <summary>Nothing above asks for a decision.</summary>
    private bool IsQuiet => !ShowsForm && (_state?.Canary is null || !MayDeploy);

    private string Address => Navigation.BaseUri.TrimEnd('/');

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _state = await Deployments.ReadAsync(ProjectId, ct);
        if (_projectName is "")
        {
            _projectName = (await Projects.GetAsync(ProjectId, ct)).Project.Name;
            _suggestedName = Endpoint.NameFrom(_projectName);
        }

        if (ShowsForm)
        {
            _choices = await Deployments.ChoicesAsync(ProjectId, ct);
        }

        if (_state.Endpoint is { } endpoint)
        {
            _guard = _state.Canary is null ? [] : await Canaries.ReadAsync(ProjectId, ct);
            _keys = await Keys.OfProjectAsync(ProjectId, ct);
            _shadow = await Shadows.ReadAsync(ProjectId, ct);
            _traffic = await TrafficOf.ReadAsync(endpoint.Id, ct);
        }
    }

    private Task DeployAnotherAsync()
    {
        _another = true;
        return RefreshAsync();
    }

    private void CancelAnother() => _another = false;

    private async Task DeployAsync(DeployOrder order)
    {
        if (await RunAsync(ct => order.Percent is 0
            ? Deployments.DeployAsync(ProjectId, order.CandidateId, order.Name, order.OverrideReason, ct)
            : Deployments.DeployCanaryAsync(ProjectId, order.CandidateId, order.Percent, order.OverrideReason, ct)))
        {
            _another = false;
        }

        await RefreshAsync();
    }

    private async Task RollBackAsync(Deployment deployment)
    {
        ReturnPlan? plan = null;
        if (!await RunAsync(async ct => plan = await Redeploys.PlanAsync(ProjectId, deployment.Id, ct)))
        {
            return;
        }

        var consequence = _state?.Live is { } live ? $"It takes the place of number {live.Number}, {live.CandidateName}," : $"It answers callers of {_state?.Endpoint?.Name}";
        if (await ConfirmAsync("Put back", $"Put number {deployment.Number}, {deployment.CandidateName}, back? {consequence} as soon as a test call has passed. Keys and addresses stay.{Beforehand(plan?.IsGone)}"))
        {
            await RunAsync(ct => Deployments.RollBackAsync(ProjectId, deployment.Id, ct));
            await RefreshAsync();
        }
    }

    private static string Beforehand(bool? isGone) => isGone switch
    {
        true => " Its endpoint at Google is gone: the tuned model is deployed there again first, which takes minutes and a place of your quota at Google.",
        false => "",
        null => " Google does not say just now whether its endpoint still stands; where it does not, the tuned model is deployed there again first.",
    };

    private async Task StepAsync(int percent)
    {
        if (_state?.Canary is { } canary && percent != _state.Endpoint?.CanaryPercent)
        {
            await RunAsync(ct => Canaries.StepAsync(ProjectId, canary.Id, percent, ct), $"The canary answers {percent} of 100 calls, and both sides are counted anew.");
            await RefreshAsync();
        }
    }

    private async Task PromoteAsync()
    {
        if (_state?.Canary is { } canary && await ConfirmAsync("Promote", $"Let number {canary.Number}, {canary.CandidateName}, answer every call of {_state.Endpoint?.Name}? What is live now can be put back."))
        {
            await RunAsync(ct => Canaries.PromoteAsync(ProjectId, canary.Id, ct), $"{canary.CandidateName} answers every call.");
            await RefreshAsync();
        }
    }

    private async Task TakeBackAsync()
    {
        if (_state?.Canary is { } canary && await ConfirmAsync("Roll back", $"Take number {canary.Number}, {canary.CandidateName}, back? What is live answers every call from the next one on."))
        {
            await RunAsync(ct => Canaries.TakeBackAsync(ProjectId, canary.Id, ct), "Rolled back. What is live answers every call.");
            await RefreshAsync();
        }
    }

    private async Task PauseAsync(string message)
    {
        if (await RunAsync(ct => Deployments.PauseAsync(ProjectId, message, ct), "Paused. Callers are told to come back."))
        {
            _pausing = false;
        }

        await RefreshAsync();
    }

    private async Task ResumeAsync()
    {
        await RunAsync(ct => Deployments.ResumeAsync(ProjectId, ct), "Resumed. Callers are answered again.");
        await RefreshAsync();
    }

    private async Task ShadowAsync(ShadowOrder order)
    {
        await RunAsync(ct => Shadows.StartAsync(ProjectId, order, ct), "The shadow run has begun. Callers notice nothing of it.");
        await RefreshAsync();
    }

    private async Task StopShadowAsync(ShadowRun run)
    {
        await RunAsync(ct => Shadows.StopAsync(ProjectId, run.Id, ct), "The shadow run is stopped.");
        await RefreshAsync();
    }

    private async Task LimitAsync(CanaryLimits? limits)
    {
        if (await RunAsync(ct => Canaries.SetLimitsAsync(ProjectId, limits, ct), limits is null ? "Canaries are held to the portal's limits." : "Limits saved."))
        {
            _limiting = false;
        }

        await RefreshAsync();
    }

    private async Task UndeployAsync()
    {
        if (await ConfirmAsync("Undeploy", $"Callers of {_state?.Endpoint?.Name} get \"not deployed\" from the next call on. Keys stay, and you can put it back with one click."))
        {
            await RunAsync(ct => Deployments.UndeployAsync(ProjectId, ct), "Undeployed. Nothing answers under this name now.");
            await RefreshAsync();
        }
    }

    private async Task IssueAsync(string name)
    {
        if (_state?.Endpoint is not null)
        {
            await RunAsync(async ct => _issued = await Keys.IssueAsync(new KeyDraft(name) { ProjectIds = [ProjectId] }, ct));
            await RefreshAsync();
        }
    }

    private void ForgetIssued() => _issued = null;

    private async Task RevokeAsync(ApiKey key)
    {
        if (await ConfirmAsync("Revoke", $"Revoke the key \"{key.Name}\" ({key.Prefix}…)? Whoever uses it is refused within five seconds. This cannot be undone."))
        {
            await RunAsync(ct => Keys.RevokeAsync(key.Id, ct), $"\"{key.Name}\" is revoked.");
            await RefreshAsync();
        }
    }

    private async Task<bool> ConfirmAsync(string act, string message) => await Dialogs.ShowMessageBoxAsync(act, message, act, cancelText: "Not now") is true;
}
