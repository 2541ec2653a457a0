namespace Entourage.Api.Tests.BadInput;

/// <summary>Invalid webhooks.</summary>
internal static class BadInputWebhooks
{
    private const string Webhooks = "/teams/<team>/webhooks";

    public static IEnumerable<TestCaseData> Cases => BadInputCase.Named(
    [
        Post("no address", """{"events": ["stop"]}""").Invalid("url"),
        Post("an address of null", """{"url": null, "events": ["stop"]}""").Invalid("url"),
        Post("an address that is a number", """{"url": 5, "events": ["stop"]}""").Malformed("url"),
        Url("that is empty", ""),
        Url("that is a path", "/hook"),
        Url("without a scheme", "hooks.example.com/x"),
        Url("of a file", "file:///etc/passwd"),
        Url("of another scheme", "gopher://hooks.example.com/x"),
        Url("with a user", "https://user@hooks.example.com/x"),
        Url("with a line end", "https://hooks.example.com/x\\r\\nHost: x"),
        Url("with a null byte", "https://hooks.example.com/\\u0000"),
        Url("of 2,001 characters", "https://hooks.example.com/" + new string('x', 1_975)),
        Url("of this machine", "http://127.0.0.1:8000/"),
        Url("of this machine by name", "http://localhost/"),
        Url("of the cloud", "http://169.254.169.254/latest/meta-data/"),
        Url("of a private network", "https://[fd00::1]/"),
        Post("no events", """{"url": "https://hooks.example.com/x"}""").Invalid("events"),
        Post("events of null", """{"url": "https://hooks.example.com/x", "events": null}""").Invalid("events"),
        Post("an empty list of events", """{"url": "https://hooks.example.com/x", "events": []}""").Invalid("events"),
        Post("events that are a text", """{"url": "https://hooks.example.com/x", "events": "stop"}""").Malformed("events"),
        Post("an unknown event", """{"url": "https://hooks.example.com/x", "events": ["stop", "birthday"]}""").Invalid("events"),
        Post("an event in upper case", """{"url": "https://hooks.example.com/x", "events": ["Stop"]}""").Invalid("events"),
        Post("an event by number", """{"url": "https://hooks.example.com/x", "events": [5]}""").Malformed("events"),
        Post("an unknown format", """{"url": "https://hooks.example.com/x", "events": ["stop"], "format": "xml"}""").Invalid("format"),
        Post("PagerDuty without a key", """{"events": ["stop"], "format": "pagerduty"}""").Invalid("routing_key"),
        Post("PagerDuty with a key of two lines", """{"events": ["stop"], "format": "pagerduty", "routing_key": "a\nb"}""").Invalid("routing_key"),
        Post("a key for another format", """{"url": "https://hooks.example.com/x", "events": ["stop"], "routing_key": "a"}""").Invalid("routing_key"),
        Post("e-mail to a web address", """{"url": "https://hooks.example.com/x", "events": ["stop"], "format": "email"}""").Invalid("url"),
        Post("e-mail without a mail server", """{"url": "mailto:lead@example.com", "events": ["stop"], "format": "email"}""").Invalid("url"),
        Post("an unknown digest", """{"url": "https://hooks.example.com/x", "events": ["stop"], "digest": "hourly"}""").Invalid("digest"),
        BadInputCase.Post("an organisation's webhook without an address", "/orgs/<org>/webhooks", """{"events": ["stop"]}""").Invalid("url"),
        Post("a stated secret", """{"url": "https://hooks.example.com/x", "events": ["stop"], "secret": "whsec_AAAA"}""").Malformed("secret"),
    ]);

    private static BadInputCase Post(string name, string body) => BadInputCase.Post(name, Webhooks, body);

    private static BadInputCase Url(string name, string url) =>
        Post($"an address {name}", $$"""{"url": "{{url}}", "events": ["stop"]}""").Invalid("url");
}
