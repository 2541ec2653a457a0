using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Net.Mail;

namespace Entourage.Infrastructure.Webhooks;

/// <summary>How the connection to the mail server is secured.</summary>
internal enum EmailSecurity
{
    /// <summary>It begins in plain text and must then switch to TLS; the default.</summary>
    StartTls,

    /// <summary>TLS from the beginning.</summary>
    Tls,

    /// <summary>Plain text, for a mail server on this machine.</summary>
    None,
}

/// <summary>How e-mail is sent. The configuration section is <c>Email</c>.</summary>
internal sealed class EmailOptions : IValidatableObject
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Email";

    /// <summary>The host of the mail server (SMTP); empty to send no e-mail.</summary>
    public string Host { get; set; } = "";

    /// <summary>The port of the mail server.</summary>
    [Range(1, 65_535)]
    public int Port { get; set; } = 587;

    /// <summary>How the connection is secured.</summary>
    public EmailSecurity Security { get; set; }

    /// <summary>The user name; empty to send without signing in.</summary>
    public string User { get; set; } = "";

    /// <summary>The password of the user.</summary>
    public string Password { get; set; } = "";

    /// <summary>The sender's address, such as <c>Entourage &lt;entourage@example.com&gt;</c>. Required to send.</summary>
    public string From { get; set; } = "";

    /// <summary>The domains to which e-mail may be sent; empty for all.</summary>
    [SuppressMessage("Performance", "CA1819:Properties should not return arrays", Justification = "Configuration binds arrays.")]
    public string[] Domains { get; set; } = [];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Host.Length > 0 && !MailAddress.TryCreate(From, out _))
        {
            yield return new($"{Section}:{nameof(From)} must be an e-mail address.", [nameof(From)]);
        }

        if (User.Length > 0 && Security == EmailSecurity.None)
        {
            yield return new($"{Section}:{nameof(User)} needs a secure connection, so that its password is not sent in plain text.", [nameof(Security)]);
        }
    }
}
