using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace Entourage.Api.Auth;

/// <summary>
/// Encrypts and authenticates data with keys derived from a secret that all replicas share. Unlike the framework's own keys, which each
/// process has for itself, these are the same in every replica and after a restart, and no store or backup contains them.
/// </summary>
internal sealed class SecretProtection : IDataProtector
{
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    // OWASP recommends this number for PBKDF2 with SHA-256 (Password Storage Cheat Sheet, 2023).
    private const int Iterations = 600_000;

    private readonly byte[] key;

    /// <param name="secret">The secret.</param>
    /// <param name="context">Separates the keys of one use of the secret from those of another.</param>
    public SecretProtection(string secret, string context)
        // Anyone can get data that is encrypted with it. A secret that a person has chosen takes long to guess this way.
        : this(Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(context), Iterations, HashAlgorithmName.SHA256, KeyBytes))
    {
    }

    private SecretProtection(byte[] key) => this.key = key;

    /// <inheritdoc/>
    public IDataProtector CreateProtector(string purpose) => new SecretProtection(HKDF.Expand(HashAlgorithmName.SHA256, key, KeyBytes, Encoding.UTF8.GetBytes(purpose)));

    /// <inheritdoc/>
    public byte[] Protect(byte[] plaintext)
    {
        // Nonce, encrypted text, tag.
        var data = new byte[NonceBytes + plaintext.Length + TagBytes];
        var nonce = data.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Encrypt(nonce, plaintext, data.AsSpan(NonceBytes..^TagBytes), data.AsSpan(^TagBytes..));
        return data;
    }

    /// <inheritdoc/>
    /// <exception cref="CryptographicException">The data was not protected with this secret for this purpose, or was changed.</exception>
    public byte[] Unprotect(byte[] protectedData)
    {
        if (protectedData.Length < NonceBytes + TagBytes)
        {
            throw new CryptographicException("The protected data is too short.");
        }

        var plaintext = new byte[protectedData.Length - NonceBytes - TagBytes];
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Decrypt(protectedData.AsSpan(0, NonceBytes), protectedData.AsSpan(NonceBytes..^TagBytes), protectedData.AsSpan(^TagBytes..), plaintext);
        return plaintext;
    }
}
