using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.EntityFrameworkCore;
using MimeKit;
using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Tenancy;

public sealed class MailTests : IDisposable
{
    private readonly MembersRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Mail_WithoutAServer_IsAFileWithTheLinkAndLeavesNoSecretBehind()
    {
        var issued = await InviteAsync();
        var token = MembersRig.TokenOf(issued);
        var waiting = await LetterAsync();
        Assert.DoesNotContain(token, waiting.ProtectedText, StringComparison.Ordinal);

        await _rig.SendMailAsync(issued);

        using var message = await MimeMessage.LoadAsync(Directory.GetFiles(_rig.OutboxFolder, "*.eml").Single());
        Assert.Equal("nina@example.com", message.To.Mailboxes.Single().Address);
        Assert.Contains($"https://portal.example/invitations/{token}", message.TextBody, StringComparison.Ordinal);
        var sent = await LetterAsync();
        Assert.Equal((MailState.Sent, ""), (sent.State, sent.ProtectedText));
        Assert.NotEmpty(_rig.Log.Lines);
        Assert.DoesNotContain(_rig.Log.Lines, line => line.Contains(token, StringComparison.Ordinal));
        var kept = await _rig.ReadAsync(db => db.Invitations.SingleAsync());
        Assert.NotEqual(token, kept.TokenHash);
        Assert.DoesNotContain(await _rig.ReadAsync(db => db.Set<Portal.Persistence.AuditEntry>().ToListAsync()), e => (e.Details + e.TargetName + e.TargetId).Contains(token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Mail_WhileTheServerIsAway_WaitsAndIsSentOnceItIsBack()
    {
        // Bound, so that nobody else takes it, and not yet listening: a connection is refused.
        using var port = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        port.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _rig.Mail.Port = ((IPEndPoint)port.LocalEndPoint!).Port;
        (_rig.Mail.Host, _rig.Mail.Security) = ("127.0.0.1", MailSecurity.None);
        var issued = await InviteAsync();

        await _rig.SendMailAsync(issued);
        var failed = await LetterAsync();
        Assert.Equal((MailState.Waiting, "The mail server cannot be reached."), (failed.State, failed.Problem));
        Assert.Equal(0, await _rig.SweepAsync());
        _rig.Time.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal(1, await _rig.SweepAsync());

        port.Listen();
        var received = ServeOneAsync(port);
        await _rig.SendMailAsync(issued);

        Assert.Contains("nina@example.com", await received.WaitAsync(TimeSpan.FromMinutes(3)), StringComparison.Ordinal);
        Assert.Equal(MailState.Sent, (await LetterAsync()).State);
        Assert.Equal(0, await _rig.SweepAsync());
    }

    [Fact]
    public async Task Mail_OfAWithdrawnInvitation_IsNotSent()
    {
        var inside = await _rig.EnterAsync(await _rig.AddAsync("olivia", MemberRole.Owner));
        var issued = await inside.Invitations.InviteAsync("nina@example.com", MemberRole.Editor, MembersRig.Portal, CancellationToken.None);
        await inside.Invitations.WithdrawAsync((await inside.Invitations.ListAsync(CancellationToken.None)).Single().Id, CancellationToken.None);

        await _rig.SendMailAsync(issued);

        Assert.False(Directory.Exists(_rig.OutboxFolder));
        Assert.Equal(MailState.Withdrawn, (await LetterAsync()).State);
    }

    private async Task<IssuedInvitation> InviteAsync() =>
        await (await _rig.EnterAsync(await _rig.AddAsync("olivia", MemberRole.Owner))).Invitations.InviteAsync("nina@example.com", MemberRole.Editor, MembersRig.Portal, CancellationToken.None);

    private Task<OutgoingMail> LetterAsync() => _rig.ReadAsync(db => db.OutgoingMails.AsNoTracking().SingleAsync());

    /// <summary>As much of an SMTP server as one mail needs.</summary>
    private static async Task<string> ServeOneAsync(Socket port)
    {
        await using var client = new NetworkStream(await port.AcceptAsync(), ownsSocket: true);
        using var reader = new StreamReader(client, Encoding.ASCII);
        await using var writer = new StreamWriter(client, Encoding.ASCII) { NewLine = "\r\n", AutoFlush = true };
        var received = new StringBuilder();
        await writer.WriteLineAsync("220 test ESMTP");
        var isBody = false;
        while (await reader.ReadLineAsync() is { } line)
        {
            received.AppendLine(line);
            if (isBody && line is not ".")
            {
                continue;
            }

            await writer.WriteLineAsync(line switch
            {
                "DATA" => "354 go on",
                "QUIT" => "221 bye",
                _ => "250 ok",
            });
            isBody = line is "DATA";
            if (line is "QUIT")
            {
                break;
            }
        }

        return received.ToString();
    }
}
