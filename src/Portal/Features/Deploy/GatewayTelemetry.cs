using System.Diagnostics;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>What is told of one call to the gateway: whose it was, how long it took and how it ended, and nothing of what was said.</summary>
internal sealed class GatewayTelemetry : IDisposable
{
    private readonly HttpContext _http;
    private readonly Activity? _activity = PortalTelemetry.Activities.StartActivity("gateway");
    private readonly long _start = Stopwatch.GetTimestamp();
    private int _status = StatusCodes.Status200OK;

    private GatewayTelemetry(HttpContext http) => _http = http;

    public static GatewayTelemetry Begin(HttpContext http) => new(http);

    public void Refused(GatewayException told)
    {
        _status = told.Code;
        _activity?.SetTag("error.type", told.Status);
    }

    public async ValueTask<object?> OfAsync(ValueTask<object?> answer)
    {
        var result = await answer;
        var scope = _http.RequestServices.GetRequiredService<TenantScope>();
        _activity?.SetTag("portal.tenantId", scope is { IsSet: true, IsPlatform: false } ? scope.TenantId : null);
        return result;
    }

    public void Dispose()
    {
        // The route as it is written here; the path may hold anything.
        var route = (_http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        _activity?.SetTag("http.route", route).SetTag("http.response.status_code", _status).SetStatus(_status >= 500 ? ActivityStatusCode.Error : ActivityStatusCode.Unset);
        _activity?.Dispose();
        PortalTelemetry.GatewayCalls.Record(Stopwatch.GetElapsedTime(_start).TotalSeconds, new("http.route", route), new("http.response.status_code", _status));
    }
}
