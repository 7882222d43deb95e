using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Tests.Persistence;

/// <summary>One random forgery of a chain by somebody who owns the database, knows how it is hashed, and tidies up behind them.</summary>
internal sealed class AuditForger(PortalDbContext owner, Random random, int count)
{
    private static readonly string[] s_texts =
        ["ActorId", "ActorName", "Via", "ViaId", "Address", "Action", "TargetKind", "TargetId", "TargetName", "ProjectId", "Details", "PreviousHash", "Hash"];

    public Task<string> ForgeAsync(int kind) => kind switch
    {
        0 => EditAsync(),
        1 => DeleteAsync(),
        2 => InsertAsync(),
        _ => SwapAsync(),
    };

    private async Task<string> EditAsync()
    {
        var sequence = random.Next(1, count + 1);
        var column = random.Next(s_texts.Length + 2);
        if (column < s_texts.Length)
        {
            await RunAsync($"UPDATE \"AuditEntry\" SET \"{s_texts[column]}\" = 'forged' WHERE \"Sequence\" = {sequence}");
        }
        else if (column == s_texts.Length)
        {
            await RunAsync($"UPDATE \"AuditEntry\" SET \"Outcome\" = 'Denied' WHERE \"Sequence\" = {sequence}");
        }
        else
        {
            await AuditRig.ForgeAsync(owner, $"UPDATE \"AuditEntry\" SET \"At\" = {{0}} WHERE \"Sequence\" = {sequence}", new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        }

        var isHashed = random.Next(2) is 0 && (column >= s_texts.Length || s_texts[column] is not "Hash");
        if (isHashed)
        {
            await HashAsync(sequence);
        }

        return $"edit of {(column < s_texts.Length ? s_texts[column] : $"column {column}")} in {sequence}, {(isHashed ? "hashed again" : "as it was hashed")}";
    }

    private async Task<string> DeleteAsync()
    {
        var sequence = random.Next(1, count + 1);
        await RunAsync($"DELETE FROM \"AuditEntry\" WHERE \"Sequence\" = {sequence}");
        var isClosed = random.Next(2) is 0;
        if (isClosed)
        {
            await MoveAsync(sequence, -1);
            await RunAsync("UPDATE \"AuditHead\" SET \"Sequence\" = \"Sequence\" - 1");
        }

        return $"delete of {sequence}, gap {(isClosed ? "closed" : "open")}";
    }

    private async Task<string> InsertAsync()
    {
        var (copied, place) = (random.Next(1, count + 1), random.Next(0, count + 2));
        var columns = string.Join(", ", new[] { "TenantId", "At", "Outcome" }.Concat(s_texts).Select(c => $"\"{c}\""));
        if (place is > 0 && place <= count)
        {
            await MoveAsync(place - 1, 1);
            copied += copied >= place ? 1 : 0;
        }

        await RunAsync($"INSERT INTO \"AuditEntry\" (\"Sequence\", {columns}) SELECT {place}, {columns} FROM \"AuditEntry\" WHERE \"Sequence\" = {copied}");
        if (random.Next(2) is 0)
        {
            await RunAsync("UPDATE \"AuditHead\" SET \"Sequence\" = \"Sequence\" + 1");
            await HashAsync(place);
        }

        return $"copy of {copied} put in at {place}";
    }

    private async Task<string> SwapAsync()
    {
        var one = random.Next(1, count + 1);
        var other = (one + random.Next(1, count)) % count + 1;
        other = other == one ? one % count + 1 : other;
        await RunAsync($"UPDATE \"AuditEntry\" SET \"Sequence\" = -1 WHERE \"Sequence\" = {one}");
        await RunAsync($"UPDATE \"AuditEntry\" SET \"Sequence\" = {one} WHERE \"Sequence\" = {other}");
        await RunAsync($"UPDATE \"AuditEntry\" SET \"Sequence\" = {other} WHERE \"Sequence\" = -1");
        if (random.Next(2) is 0)
        {
            await HashAsync(one);
            await HashAsync(other);
        }

        return $"{one} and {other} swapped";
    }

    /// <summary>Those after one, by way of numbers that are free.</summary>
    private async Task MoveAsync(int after, int by)
    {
        await RunAsync($"UPDATE \"AuditEntry\" SET \"Sequence\" = -\"Sequence\" WHERE \"Sequence\" > {after}");
        await RunAsync($"UPDATE \"AuditEntry\" SET \"Sequence\" = -\"Sequence\" + ({by}) WHERE \"Sequence\" < 0");
    }

    private async Task HashAsync(int sequence)
    {
        var entry = await owner.Set<AuditEntry>().AsNoTracking().SingleAsync(e => e.Sequence == sequence);
        await RunAsync($"UPDATE \"AuditEntry\" SET \"Hash\" = '{entry.ComputeHash()}' WHERE \"Sequence\" = {sequence}");
    }

    private Task RunAsync(string sql) => AuditRig.ForgeAsync(owner, sql);
}
