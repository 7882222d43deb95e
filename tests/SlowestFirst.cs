using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Portal.Tests.SlowestFirst))]

namespace Portal.Tests;

/// <summary>What takes longest begins first: begun last it would run alone while the other cores wait for it.</summary>
internal sealed class SlowestFirst : ITestCollectionOrderer
{
    private static readonly string[] s_slow = ["EveryPageTests", "SharedBrowserTests", "IsolationTests", "SeededFaultTests", "ErasureTests", "TuningCrashTests", "MeteringCrashTests", "LiveGateTests"];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(c => c.TestCollectionDisplayName, StringComparer.Ordinal).OrderBy(c => Place(c.TestCollectionDisplayName))];

    private static int Place(string collection) => Array.FindIndex(s_slow, slow => collection.Contains('.' + slow, StringComparison.Ordinal)) is var at and >= 0 ? at : s_slow.Length;
}
