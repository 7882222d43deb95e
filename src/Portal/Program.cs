using Portal.Features.Admin;
using Portal.Features.Billing;
using Portal.Features.Connect;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Evaluate;
using Portal.Features.Leave;
using Portal.Features.Model;
using Portal.Features.Monitor;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Hosting;
using Portal.Persistence;
using Portal.Shell;
using Portal.Storage;

if (ReaderCommand.IsAsked(args))
{
    return ReaderCommand.Run();
}

var builder = WebApplication.CreateBuilder(args);
builder.AddStorage();
builder.AddPersistence();
builder.AddBackgroundWork();
builder.AddEmbeddedSandbox();
builder.AddHealth();
builder.AddTelemetry();
builder.AddPublicEdge();
builder.AddApiReference();
builder.CheckServices();
builder.AddShell();

builder.AddTenancy();
builder.AddBilling();
builder.AddConnect();
builder.AddDefine();
builder.AddData();
builder.AddModel();
builder.AddEvaluate();
builder.AddTune();
builder.AddDeploy();
builder.AddMonitor();
builder.AddLeave();
builder.AddAdmin();

var app = builder.Build();
if (await app.RunCommandAsync(args) is { } exitCode)
{
    return exitCode;
}

await app.MigrateDatabaseAsync();
await app.SeedAsync();

app.UsePublicEdge();
app.UseSecurityHeaders();
app.UseGateway();
app.UseExceptionPage();
app.UseOriginGuard();
app.UseAuthentication();
app.UseAuthorization();
app.UseAntiforgery();

app.MapHealth();
app.MapApiReference();
app.MapBackgroundWork();
app.MapTenancy();
app.MapDefine();
app.MapBilling();
app.MapData();
app.MapDeploy();
app.MapAdmin();
app.MapMonitor();
app.MapLeave();
app.MapShell();
await app.RunAsync();
return 0;
