using Entourage.Domain.Alerts;

namespace Entourage.Domain.Tests.Alerts;

internal sealed class FingerprintTests
{
    [TestCase("Timeout after 30 s", "Timeout after 31 s")]
    [TestCase("Timeout after  30 s\n", "Timeout\tafter 30 s")]
    [TestCase("Rate limited (request req_011CSHoEeqs5C35K2UUqR7Fy)", "Rate limited (request req_011CQ9zXw1ab77bcd9fTRk2x)")]
    [TestCase("No run 3f2504e0-4f89-11d3-9a0c-0305e82c3301", "No run 019a3c5d-ffff-7abc-bcde-deadbeefcafe")]
    [TestCase("No run 3F2504E0-4F89-11D3-9A0C-0305E82C3301", "No run 019a3c5d-ffff-7abc-bcde-deadbeefcafe")]
    [TestCase("Commit abc123f is gone", "Commit 9e0ab12 is gone")]
    [TestCase("Segfault at 0xdeadbeef", "Segfault at 0xCAFE")]
    [TestCase("tool_use toolu_01A09q90qw90lq917835lq9 failed", "tool_use toolu_02B18w80wq81kl826744mk8 failed")]
    [TestCase("HTTP 429: retry in 1.5s", "HTTP 503: retry in 12.25s")]
    public void Errors_that_differ_only_in_ids_have_the_same_fingerprint(string one, string other) =>
        Assert.That(Fingerprint.OfError(one), Is.EqualTo(Fingerprint.OfError(other)));

    [TestCase("Timeout", "Rate limited")]
    [TestCase("File a.cs not found", "File b.cs not found")]
    [TestCase("Connection refused", "Connection reset")]
    [TestCase("added", "faded")]
    public void Errors_that_differ_in_words_have_different_fingerprints(string one, string other) =>
        Assert.That(Fingerprint.OfError(one), Is.Not.EqualTo(Fingerprint.OfError(other)));

    [TestCase("  Timeout\r\n after 30 s ", "Timeout after # s")]
    [TestCase("12", "#")]
    [TestCase("", "")]
    public void Ids_are_replaced_and_white_space_is_normalised(string error, string left) => Assert.That(Fingerprint.WithoutIds(error), Is.EqualTo(left));

    [Test]
    public void A_fingerprint_has_up_to_13_lower_case_letters_and_digits() =>
        Assert.That(Enumerable.Range(0, 200).Select(i => Fingerprint.Of($"{i}")), Is.All.Match("^[a-z0-9]{1,13}$"));
}
