using System.Text;

namespace Entourage.Bench.Load;

/// <summary>Requests as the bytes that go over the wire, so that sending one costs the generator next to nothing.</summary>
internal static class RawRequest
{
    /// <summary>A GET of a path below <c>/api/v1</c>.</summary>
    public static byte[] Get(string path) => Encoding.ASCII.GetBytes($"GET /api/v1{path} HTTP/1.1\r\nHost: localhost\r\n\r\n");

    /// <summary>A request that shows a key.</summary>
    public static byte[] WithKey(byte[] request, string key)
    {
        var line = request.AsSpan().IndexOf("\r\n"u8) + 2;
        return [.. request[..line], .. Encoding.ASCII.GetBytes($"X-API-Key: {key}\r\n"), .. request[line..]];
    }

    /// <summary>A POST of JSON to a path below <c>/api/v1</c>.</summary>
    public static byte[] Post(string path, string json) => Encoding.ASCII.GetBytes(
        $"POST /api/v1{path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n{json}");

    /// <summary>A POST of some body to a path.</summary>
    public static byte[] Post(string path, string mediaType, byte[] body) =>
    [
        .. Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {mediaType}\r\nContent-Length: {body.Length}\r\n\r\n"),
        .. body,
    ];
}
