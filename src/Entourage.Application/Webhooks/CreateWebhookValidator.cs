using System.Buffers;
using System.Net.Mail;
using Entourage.Application.Behaviors;
using Entourage.Domain.Webhooks;
using FluentValidation;

namespace Entourage.Application.Webhooks;

internal sealed class CreateWebhookValidator : AbstractValidator<CreateWebhookCommand>
{
    private const string MailScheme = "mailto:";

    // These begin headers, escapes, further addresses and display names.
    private static readonly SearchValues<char> NotInAddresses = SearchValues.Create("?%,;<> ");

    public CreateWebhookValidator(WebhookRules rules)
    {
        RuleFor(command => command.Url!).Line(Webhook.UrlLength)
            .When(command => command.Url is not null || command.Format != WebhookFormat.Pagerduty);
        RuleFor(command => command.Url!)
            .Must(IsUrl).WithMessage("'{PropertyName}' must be an absolute http or https URL without a user name.")
            .Must(url => rules.MayAllow(new Uri(url))).WithMessage("'{PropertyName}' must not point to this machine or a private network.")
            .When(command => command.Url is not null && command.Format != WebhookFormat.Email);
        RuleFor(command => command.Url!)
            .Must(url => AddressIn(url) is not null).WithMessage($"'{{PropertyName}}' must be '{MailScheme}' followed by one e-mail address.")
            .Must(_ => rules.SendsEmail).WithMessage("This server sends no e-mail, because its setting Email:Host is empty.")
            .Must(url => rules.AllowsEmailTo(AddressIn(url)!)).WithMessage("'{PropertyName}' must have an address in one of the domains of the server's setting Email:Domains.")
            .When(command => command.Url is not null && command.Format == WebhookFormat.Email);
        RuleFor(command => command.RoutingKey!).Line(Webhook.RoutingKeyLength).When(command => command.Format == WebhookFormat.Pagerduty);
        RuleFor(command => command.RoutingKey).Null().When(command => command.Format != WebhookFormat.Pagerduty)
            .WithMessage("'{PropertyName}' is only for the format pagerduty.");
        RuleFor(command => command.Events).NotEmpty().When(command => command.Digest == DigestPeriod.None);
    }

    private static bool IsUrl(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
        && address.Host.Length > 0
        && address.UserInfo.Length == 0;

    // Only a bare address: neither a display name nor the headers that a mailto URL may carry.
    private static MailAddress? AddressIn(string url) =>
        url.StartsWith(MailScheme, StringComparison.Ordinal)
        && !url.AsSpan(MailScheme.Length).ContainsAny(NotInAddresses)
        && MailAddress.TryCreate(url[MailScheme.Length..], out var address)
        && address.Address == url[MailScheme.Length..] ? address : null;
}
