using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;
using Portal.Storage;

namespace Portal.Features.Tenancy;

/// <summary>A mail could not be handed over; it is tried again.</summary>
public sealed class MailException(string message, Exception? inner = null) : PortalException(message, inner);

/// <summary>The one door for mail: an SMTP server, or a folder where none is set up.</summary>
public sealed class MailGateway(IOptions<MailOptions> options, IOptions<StorageOptions> storage, IHostEnvironment environment, TimeProvider time)
{
    private const string Partial = ".partial";

    public bool IsFileOutbox => options.Value.IsFileOutbox;

    /// <summary>Where a developer finds the mail; nobody else is told of folders.</summary>
    public string? FileOf(string mailId) => IsFileOutbox && environment.IsDevelopment() ? Path.GetFullPath(PathOf(mailId)) : null;

    /// <summary>Takes a mail out of the folder again, where one is used. True where it was there.</summary>
    public bool Delete(string mailId)
    {
        var path = PathOf(mailId);
        var was = File.Exists(path);
        if (was)
        {
            File.Delete(path);
        }

        return was;
    }

    public async Task SendAsync(string mailId, string recipient, string subject, string text, CancellationToken ct)
    {
        using var message = new MimeMessage();
        message.From.Add(new MailboxAddress(options.Value.FromName, options.Value.From));
        message.To.Add(new MailboxAddress("", recipient));
        message.Subject = subject;
        message.Date = time.GetUtcNow();
        // The same for every attempt, so that a mail sent twice is shown once.
        message.MessageId = $"{mailId}@{options.Value.From.Split('@')[^1]}";
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        message.Body = new TextPart("plain") { Text = text };
        try
        {
            await (IsFileOutbox ? WriteAsync(mailId, message, ct) : SendAsync(message, ct));
        }
        catch (Exception fault) when (Words(fault) is { } words)
        {
            throw new MailException(words, fault);
        }
    }

    private async Task WriteAsync(string mailId, MimeMessage message, CancellationToken ct)
    {
        var path = PathOf(mailId);
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? throw new InvalidOperationException(path));
        await message.WriteToAsync(path + Partial, ct);
        File.Move(path + Partial, path, overwrite: true);
    }

    private async Task SendAsync(MimeMessage message, CancellationToken ct)
    {
        var smtp = options.Value;
        using var client = new SmtpClient { Timeout = (int)smtp.TimeLimit.TotalMilliseconds };
        await client.ConnectAsync(smtp.Host, smtp.Port, smtp.Security switch
        {
            MailSecurity.None => SecureSocketOptions.None,
            MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
            MailSecurity.Auto when smtp.Port is 465 => SecureSocketOptions.SslOnConnect,
            _ => SecureSocketOptions.StartTls,
        }, ct);
        if (smtp.UserName is not "")
        {
            await client.AuthenticateAsync(smtp.UserName, smtp.Password, ct);
        }

        await client.SendAsync(message, ct);
        await client.DisconnectAsync(quit: true, ct);
    }

    private string PathOf(string mailId) => Path.Combine(storage.Value.Folder, "outbox", $"{mailId}.eml");

    /// <summary>Null for a fault of ours, which is not to be hidden.</summary>
    private static string? Words(Exception fault) => fault switch
    {
        SocketException or TimeoutException or ServiceNotConnectedException => "The mail server cannot be reached.",
        SslHandshakeException or NotSupportedException => "The mail server offers no encryption that can be trusted. An admin of the platform has to look at Mail:Security.",
        AuthenticationException => "The mail server does not accept the portal's name and password. An admin of the platform has to look at Mail:UserName.",
        SmtpCommandException { ErrorCode: SmtpErrorCode.RecipientNotAccepted } => "The mail server does not accept this address.",
        CommandException or ProtocolException => "The mail server refused the mail.",
        IOException or UnauthorizedAccessException => "The mail could not be handed over: the connection broke, or the folder cannot be written.",
        _ => null,
    };
}
