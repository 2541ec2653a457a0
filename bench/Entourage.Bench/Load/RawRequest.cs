using System.IO.Compression;
using System.Text;

namespace Entourage.Bench.Load;

/// <summary>Builds requests as wire bytes, so that sending one costs the generator almost nothing.</summary>
internal static class RawRequest
{
    /// <summary>Builds a GET of a path below <c>/api/v1</c>.</summary>
    public static byte[] Get(string path) => Encoding.ASCII.GetBytes($"GET /api/v1{path} HTTP/1.1\r\nHost: localhost\r\n\r\n");

    /// <summary>Adds a key to a request.</summary>
    public static byte[] WithKey(byte[] request, string key)
    {
        var line = request.AsSpan().IndexOf("\r\n"u8) + 2;
        return [.. request[..line], .. Encoding.ASCII.GetBytes($"X-API-Key: {key}\r\n"), .. request[line..]];
    }

    /// <summary>Builds a POST of JSON to a path below <c>/api/v1</c>.</summary>
    public static byte[] Post(string path, string json) => Encoding.ASCII.GetBytes(
        $"POST /api/v1{path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n{json}");

    /// <summary>Builds a POST of a body to a path, optionally compressed with gzip.</summary>
    public static byte[] Post(string path, string mediaType, byte[] body, bool gzip = false)
    {
        var sent = gzip ? Gzip(body) : body;
        var encoding = gzip ? "Content-Encoding: gzip\r\n" : "";
        return
        [
            .. Encoding.ASCII.GetBytes(
                $"POST {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json, text/event-stream\r\nContent-Type: {mediaType}\r\n{encoding}Content-Length: {sent.Length}\r\n\r\n"),
            .. sent,
        ];
    }

    /// <summary>Builds a POST of JSON with headers to a path.</summary>
    public static byte[] Post(string path, string json, params IEnumerable<(string Name, string Value)> headers) => Encoding.ASCII.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\n"
        + $"{string.Concat(headers.Select(header => $"{header.Name}: {header.Value}\r\n"))}\r\n{json}");

    private static byte[] Gzip(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize))
        {
            gzip.Write(body);
        }

        return packed.ToArray();
    }
}
