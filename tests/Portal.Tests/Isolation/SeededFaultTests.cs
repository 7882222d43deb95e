using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Portal.Tests.Isolation;

/// <summary>The matrix on a portal that is wrong: it turns red for each fault, and for the reason that it is there.</summary>
public sealed class SeededFaultTests
{
    [Fact]
    public async Task UseCases_EachWrongInOneWay_AreFound()
    {
        await using var world = await IsolationWorld.StartAsync((services, self) => services.AddSingleton(self).AddScoped<Leaks>());
        foreach (var (method, fault) in new[]
        {
            (nameof(Leaks.ReadsByIdAloneAsync), "said what boreal wrote"), (nameof(Leaks.TellsWhetherItIsThereAsync), "can be told from what never was"),
            (nameof(Leaks.ChangesByIdAloneAsync), "changed what is boreal's"), (nameof(Leaks.LogsWhatItReadsAsync), "let out what boreal wrote"),
            (nameof(Leaks.BeginsWorkForWhoeverAsync), "began work of boreal"), (nameof(Leaks.KeepsWhatItIsGivenAsync), "keeps another's id"),
            (nameof(Leaks.AsksForNoRightAsync), "asks for no right"), (nameof(Leaks.DeniesThatItIsThereAsync), "where a right is lacking"),
            (nameof(Leaks.CachesForAllAsync), "said what atlas wrote"), (nameof(Leaks.TakesWhatNobodyKnowsAsync), "IPAddress is bound by nothing"),
            (nameof(Leaks.TakesAnIdOfWhatNobodyHasAsync), "an id of a ghost is bound by nothing"),
        })
        {
            var matrix = new Matrix(world);
            await new UseCaseMatrix(matrix).RunAsync(new UseCase(typeof(Leaks), typeof(Leaks).GetMethod(method)!, IsEntry: true)); // named above
            Assert.True(matrix.Faults.Any(f => f.Contains(fault, StringComparison.Ordinal)), $"{method} was not found: {string.Join('\n', matrix.Faults)}");
        }
    }
}
