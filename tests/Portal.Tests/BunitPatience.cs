using System.Runtime.CompilerServices;
using Bunit;

namespace Portal.Tests;

internal static class BunitPatience
{
    // A busy machine is slower than a second; an assertion that holds does not wait at all.
    [ModuleInitializer]
    internal static void Set() => BunitContext.DefaultWaitTimeout = TimeSpan.FromSeconds(30);
}
