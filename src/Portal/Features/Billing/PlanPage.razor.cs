using Microsoft.AspNetCore.Components;
using Portal.Components;
using Portal.Features.Tenancy;

namespace Portal.Features.Billing;

public sealed partial class PlanPage : PortalPage
{
    private static readonly IReadOnlyList<(string What, Func<Plan, string> Of)> s_compared =
    [
        ("A month, beside usage", p => Show.Money(p.MonthlyCents * 10_000, "USD")),
        ("Keeping a gigabyte for 30 days", p => Show.Money(p.StorageMicros, "USD")),
        .. Enum.GetValues<Limit>().Select(l => (Capital(l.Words(2)), (Func<Plan, string>)(p => p.LimitOf(l) is { } most ? Show.Count(most) : "Not limited"))),
        ("Models", p => p.Models),
        ("Support", p => p.Support),
    ];

    private PlanView? _view;
    private string? _taken;

    /// <summary>Set by Stripe's page when somebody comes back from it: then Stripe is asked at once.</summary>
    [SupplyParameterFromQuery]
    public string? Session { get; set; }

    [Inject]
    private PlanService Plan { get; set; } = default!; // filled by the renderer

    [Inject]
    private CurrentMember Current { get; set; } = default!; // filled by the renderer

    private bool MayManage => Current.May(Permission.ManageBilling);

    protected override async Task LoadAsync(CancellationToken ct)
    {
        if (Session is { Length: > 0 } && Session != _taken && MayManage)
        {
            _taken = Session;
            await Plan.RefreshAsync(ct);
        }

        _view = await Plan.ReadAsync(ct);
    }

    private static IReadOnlyList<Plan> Compared(PlanView view) =>
        Plans.Offered.Any(p => p.Id == view.Plan.Id) ? [Plans.Free, .. Plans.Offered] : [view.Plan, .. Plans.Offered];

    private static string? Warning(PlanView view) => view.State switch
    {
        SubscriptionState.PastDue => $"A payment failed{(Next(view) is { } at ? $" and is tried again on {at:yyyy-MM-dd}" : "")}. Everything works meanwhile. Change the card under \"Cards, invoices, cancelling\", or pay the open invoice below.",
        SubscriptionState.Unpaid => "Payments have failed and are not tried any more, so nothing that costs is begun. Everything that is here stays, and can be read and exported. Pay the open invoice below, and all goes on at once.",
        SubscriptionState.Ended => "The subscription has ended. Everything that is here stays; what is over the limits below cannot grow. Choose a plan to go on.",
        _ when view is { IsSubscribed: true, EndsAt: { } end } => $"The subscription ends on {end:yyyy-MM-dd}. Nothing is deleted then.",
        _ => null,
    };

    private static DateTime? Next(PlanView view) => view.Invoices.FirstOrDefault(i => i is { Status: "open", NextAttemptAt: not null })?.NextAttemptAt;

    private static InvoiceRow? ToPay(PlanView view) =>
        view.State is SubscriptionState.PastDue or SubscriptionState.Unpaid ? view.Invoices.FirstOrDefault(i => i is { Status: "open", PageUrl: not "" }) : null;

    private static IReadOnlyList<(string, string)> FactsOf(PlanView view)
    {
        List<(string, string)> facts = [("Plan", view.Plan.Name), ("A month, beside usage", Show.Money(view.Plan.MonthlyCents * 10_000, "USD"))];
        if (view is { State: SubscriptionState.Trialing, TrialEndsAt: { } trial })
        {
            facts.Add(("Free until", $"{trial:yyyy-MM-dd} (UTC)"));
        }
        else if (view is { IsSubscribed: true, PeriodEndsAt: { } end })
        {
            facts.Add(("This period ends", $"{end:yyyy-MM-dd} (UTC)"));
        }

        facts.Add(("Payment", SubscriptionWords.Of(view.State)));
        if (view.Discount is not "")
        {
            facts.Add(("Discount", view.DiscountEndsAt is { } off ? $"{view.Discount}, until {off:yyyy-MM-dd} (UTC)" : view.Discount));
        }

        if (view.CreditCents > 0)
        {
            facts.Add(("Credit for usage", $"{Show.Money(view.CreditCents * 10_000, "USD")} left{(view.CreditExpiresAt is { } gone ? $", the first of it until {gone:yyyy-MM-dd} (UTC)" : "")}"));
        }

        if (view is { IsSubscribed: true, Watch: { IsWatched: true } watch })
        {
            facts.Add(("Invoiced before the month ends", $"at {Show.Money(watch.ThresholdMicros, "USD")} of usage; {Show.Money(watch.UnbilledMicros, "USD")} so far"));
        }

        return facts;
    }

    // One primary button: the next larger plan.
    private static bool IsNext(PlanView view, Plan plan) => plan.Id == (Plans.Offered.FirstOrDefault(p => p.MonthlyCents > view.Plan.MonthlyCents)?.Id ?? "");

    private static string Capital(string text) => string.Concat(char.ToUpperInvariant(text[0]), text[1..]);

    private string Here => Navigation.ToAbsoluteUri(PortalUrls.Plan(Org)).ToString();

    private async Task ChooseAsync(Plan plan)
    {
        var to = "";
        if (await RunAsync(async ct => to = await Plan.ChooseAsync(plan.Id, Here, ct)))
        {
            await GoAsync(to);
        }
    }

    private async Task OpenPortalAsync()
    {
        var to = "";
        if (await RunAsync(async ct => to = await Plan.OpenPortalAsync(Here, ct)))
        {
            await GoAsync(to);
        }
    }

    private async Task GoAsync(string to)
    {
        if (to == Here)
        {
            await RefreshAsync();
            return;
        }

        Navigation.NavigateTo(to, forceLoad: true);
    }
}
