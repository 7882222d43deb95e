using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Portal.Components;

namespace Portal.Features.Tenancy;

public sealed partial class SignInSettingsPage : PortalPage
{
    private ProviderList _list = new([], false);
    private IReadOnlyList<DomainRow> _domains = [];
    private IReadOnlyList<ProviderFinding> _findings = [];
    private string _tested = "";
    private bool _adding;
    private ProviderRow? _removing;
    private DomainRow? _dropping;

    [Inject]
    private IdentityProviderService Providers { get; set; } = default!; // filled by the renderer

    [Inject]
    private DomainService Domains { get; set; } = default!; // filled by the renderer

    [Inject]
    private ProviderCheck Check { get; set; } = default!; // filled by the renderer

    [Inject]
    private IOptions<SignInOptions> SignIn { get; set; } = default!; // filled by the renderer

    private string PortalAddress => Navigation.BaseUri.TrimEnd('/');

    private string? PracticeNameServer => SignIn.Value.IsSandbox ? SignIn.Value.Authority.TrimEnd('/') + "/sandbox/dns" : null;

    private bool HasVerifiedDomain => _domains.Any(d => d.VerifiedAt is not null);

    protected override async Task LoadAsync(CancellationToken ct) => (_list, _domains) = (await Providers.ListAsync(ct), await Domains.ListAsync(ct));

    private Task AddAsync(ProviderDraft draft) => ActAsync(async ct =>
    {
        await Providers.AddAsync(draft, ct);
        _adding = false;
    }, "Added. Register the portal at your provider with the addresses shown, test it, then switch it on.");

    private Task<bool> ChangeAsync(ProviderRow row, ProviderDraft draft) => ActAsync(ct => Providers.ChangeAsync(row.Id, draft, row.Version, ct), "Saved.");

    private Task TestAsync(ProviderRow row) => RunAsync(async ct => (_findings, _tested) = (await Check.RunAsync(row.Id, PortalAddress, ct), row.Id));

    private Task SwitchAsync(ProviderRow row, bool on) => ActAsync(
        ct => Providers.SwitchAsync(row.Id, on, row.Version, ct), on ? $"{row.Name} is on." : $"{row.Name} is off. Whoever signed in with it is signed out.");

    private Task AdmitAsync(ProviderRow row, ProviderPanel.Admission admission) => ActAsync(
        ct => Providers.AdmitAsync(row.Id, admission.ByDomain, admission.Role, row.Version, ct),
        admission.ByDomain ? $"People with an address in a verified domain become members, as {MemberService.WithArticle(admission.Role)}." : "People become members by invitation only.");

    private Task RequireAsync(bool required) => ActAsync(
        ct => Providers.RequireAsync(required, ct), required ? "Members now sign in with your own provider." : "Members may sign in any way again.");

    private Task<bool> ClaimAsync(string domain) => ActAsync(ct => Domains.ClaimAsync(domain, ct), "Added. Publish its record, then check it.");

    private Task VerifyAsync(DomainRow domain) => ActAsync(ct => Domains.VerifyAsync(domain.Id, ct), $"{domain.Name} is verified.");

    private async Task RemoveAsync()
    {
        if (_removing is { } row)
        {
            _removing = null;
            await ActAsync(ct => Providers.RemoveAsync(row.Id, row.Version, ct), $"{row.Name} is removed.");
        }
    }

    private async Task DropAsync()
    {
        if (_dropping is { } domain)
        {
            _dropping = null;
            await ActAsync(ct => Domains.RemoveAsync(domain.Id, ct), $"{domain.Name} is removed.");
        }
    }

    // What was refused is taken back on the screen as well: the lists are read again either way.
    private async Task<bool> ActAsync(Func<CancellationToken, Task> act, string done)
    {
        var went = await RunAsync(act, done);
        await RefreshAsync();
        return went;
    }
}
