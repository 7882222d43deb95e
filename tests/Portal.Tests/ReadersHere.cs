using System.Runtime.CompilerServices;

namespace Portal.Tests;

internal static class ReadersHere
{
    // Every host of a test reads its files itself, which is quicker: the tests of the reading process start one where they want it.
    [ModuleInitializer]
    internal static void Set() => Environment.SetEnvironmentVariable("Data__ReadIn", nameof(Portal.Features.Data.ReaderPlace.Portal));
}
