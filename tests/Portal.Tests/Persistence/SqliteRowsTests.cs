using System.Globalization;
using System.Text;
using Portal.Persistence.Sqlite;
using Xunit;

namespace Portal.Tests.Persistence;

public sealed class SqliteRowsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_200_000)]
    [InlineData(1_234_567)]
    [InlineData(9_000_000)]
    public void Written_OfATime_IsAsTheProviderWritesIt(int ticks)
    {
        foreach (var kind in new[] { DateTimeKind.Utc, DateTimeKind.Local, DateTimeKind.Unspecified })
        {
            var time = DateTime.SpecifyKind(new DateTime(2026, 10, 20, 0, 5, 10), kind).AddTicks(ticks);

            // Microsoft.Data.Sqlite's SqliteParameter, so that what is written past it sorts among what is not.
            Assert.Equal(time.ToString(@"yyyy\-MM\-dd HH\:mm\:ss.FFFFFFF", CultureInfo.InvariantCulture), Encoding.UTF8.GetString(SqliteRows.Written(time, new byte[64])));
        }
    }
}
