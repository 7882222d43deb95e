using System.Diagnostics;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>What is told of one call to the gateway: whose it was, how long it took and how it ended, and nothing of what was said.</summary>
internal struct GatewayTelemetry
{
    private readonly Activity? _activity;
    private readonly long _start;
    private int _status;

    private GatewayTelemetry(Activity? activity) => (_activity, _start, _status) = (activity, Stopwatch.GetTimestamp(), StatusCodes.Status200OK);

    public static GatewayTelemetry Begin() => new(PortalTelemetry.Activities.StartActivity("gateway"));

    public void Refused(GatewayException told)
    {
        _status = told.Code;
        _activity?.SetTag("error.type", told.Status);
    }

    public readonly void End(HttpContext http)
    {
        if (_activity is null && !PortalTelemetry.GatewayCalls.Enabled)
        {
            return;
        }

        // The route as it is written here; the path may hold anything.
        var route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        if (_activity is not null)
        {
            var scope = http.RequestServices.GetRequiredService<TenantScope>();
            _activity.SetTag("portal.tenantId", scope is { IsSet: true, IsPlatform: false } ? scope.TenantId : null);
            _activity.SetTag("http.route", route).SetTag("http.response.status_code", _status).SetStatus(_status >= 500 ? ActivityStatusCode.Error : ActivityStatusCode.Unset);
            _activity.Dispose();
        }

        PortalTelemetry.GatewayCalls.Record(Stopwatch.GetElapsedTime(_start).TotalSeconds, new("http.route", route), new("http.response.status_code", _status));
    }
}
