using System.Buffers.Binary;
using System.Text;

namespace Entourage.Testing.Tds;

/// <summary>What a <see cref="TdsServer"/> does with a request.</summary>
public sealed record TdsReply
{
    private const byte DoneToken = 0xFD;
    private const byte ErrorToken = 0xAA;
    private const byte LoginToken = 0xAD;
    private const byte ChangeToken = 0xE3;
    private const ushort DoneWithMore = 1;
    private const ushort DoneWithError = 2;
    private const ushort DoneWithCount = 0x10;
    private const ushort DoneWithAttention = 0x20;
    private const byte TransactionBegun = 8;
    private const byte TransactionCommitted = 9;
    private const byte TransactionRolledBack = 10;

    // The output parameter @out, a nullable integer, is zero.
    private static readonly byte[] OutputOfZero = [0xAC, 0, 0, .. Text("@out"), 1, 0, 0, 0, 0, 0, 0, 0x26, 4, 4, 0, 0, 0, 0];

    // The output parameter @result, a nullable integer, is zero.
    private static readonly byte[] ResultOfZero = [0xAC, 0, 0, .. Text("@result"), 1, 0, 0, 0, 0, 0, 0, 0x26, 4, 4, 0, 0, 0, 0];

    // A row with a bit that is set.
    private static readonly byte[] RowOfOne = [0x81, 1, 0, 0, 0, 0, 0, 0, 0, 0x32, 0, 0xD1, 1];

    private TdsReply()
    {
    }

    /// <summary>Succeeds.</summary>
    public static TdsReply Success { get; } = new();

    /// <summary>Closes the connection without an answer.</summary>
    public static TdsReply Cut { get; } = new() { IsCut = true };

    /// <summary>Never answers.</summary>
    public static TdsReply Silence { get; } = new() { IsSilent = true };

    /// <summary>Whether the connection is closed without an answer.</summary>
    public bool IsCut { get; private init; }

    /// <summary>Whether there is no answer.</summary>
    public bool IsSilent { get; private init; }

    /// <summary>The error; null for success.</summary>
    public (int Number, byte Severity, byte State)? Fault { get; private init; }

    /// <summary>Succeeds with one row of one integer.</summary>
    public static TdsReply Row(int value) => new() { Value = value };

    /// <summary>The integer of the only row; null for none.</summary>
    public int? Value { get; private init; }

    /// <summary>Fails with an error. From severity 20 on, the server then closes the connection.</summary>
    /// <param name="number">The number of the error.</param>
    /// <param name="severity">The severity.</param>
    /// <param name="state">The state.</param>
    public static TdsReply Error(int number, byte severity = 16, byte state = 1) => new() { Fault = (number, severity, state) };

    /// <summary>Confirms the commit of the ledger by a row, and then fails.</summary>
    /// <param name="then">The failure.</param>
    public static TdsReply Confirmed(TdsReply then)
    {
        ArgumentNullException.ThrowIfNull(then);
        return then with { IsConfirmed = true };
    }

    private bool IsConfirmed { get; init; }

    internal static byte[] Prelogin() =>
    [
        0, 0, 11, 0, 6, // The version is at 11.
        1, 0, 17, 0, 1, // The encryption is at 17.
        0xFF,
        16, 0, 0x10, 0, 0, 0,
        2, // The server cannot encrypt.
    ];

    internal static byte[] Attention() => Done(DoneWithAttention);

    internal byte[] AnswerTo(TdsMessage message)
    {
        var request = message.Kind;
        if (Fault is { } fault)
        {
            byte[] confirmed = IsConfirmed ? [.. RowOfOne, .. Done(DoneWithMore | DoneWithCount, count: 1)] : [];
            return [.. confirmed, .. ErrorOf(fault.Number, fault.Severity, fault.State), .. Done(DoneWithError)];
        }

        byte[] descriptor = [8, 0, 0, 0, 0, 0, 0, 0, 1];
        byte[] tokens = request switch
        {
            TdsKind.Login => [.. Change(1, Text("entourage"), Text("master")), .. Change(7, [5, 9, 4, 0xD0, 0, 0x34], [0]), .. Login(), .. Change(4, Text("4096"), Text("4096"))],
            TdsKind.Begin => Change(TransactionBegun, descriptor, [0]),
            TdsKind.Commit => Change(TransactionCommitted, [0], descriptor),
            TdsKind.Rollback => Change(TransactionRolledBack, [0], descriptor),

            // The client asks this after a COMMIT that was refused.
            TdsKind.Call when message.Contains("@@trancount") => OutputOfZero,
            TdsKind.Call when message.Contains("sp_getapplock") => ResultOfZero,

            // The ledger's transactions confirm their commit by a row.
            TdsKind.Call when message.Contains("COMMIT TRANSACTION") => RowOfOne,
            _ when Value is { } value => [0x81, 1, 0, 0, 0, 0, 0, 0, 0, 0x38, .. Text("Value"), 0xD1, .. Int32(value)],
            _ => [],
        };
        return [.. tokens, .. Done(request is TdsKind.Batch or TdsKind.Call ? DoneWithCount : (ushort)0, count: 1)];
    }

    private static byte[] ErrorOf(int number, byte severity, byte state)
    {
        var message = Encoding.Unicode.GetBytes($"Error {number} of the test.");
        byte[] body =
        [
            .. Int32(number), state, severity, .. Int16((ushort)(message.Length / 2)), .. message, .. Text("test"), .. Text(""), .. Int32(1),
        ];
        return [ErrorToken, .. Int16((ushort)body.Length), .. body];
    }

    private static byte[] Login()
    {
        byte[] body = [1, 0x74, 0, 0, 4, .. Text("Microsoft SQL Server"), 16, 0, 0x10, 0];
        return [LoginToken, .. Int16((ushort)body.Length), .. body];
    }

    private static byte[] Change(byte type, byte[] now, byte[] before) => [ChangeToken, .. Int16((ushort)(1 + now.Length + before.Length)), type, .. now, .. before];

    private static byte[] Done(ushort status, long count = 0)
    {
        var token = new byte[13];
        token[0] = DoneToken;
        BinaryPrimitives.WriteUInt16LittleEndian(token.AsSpan(1), status);
        BinaryPrimitives.WriteInt64LittleEndian(token.AsSpan(5), count);
        return token;
    }

    private static byte[] Text(string text) => [(byte)text.Length, .. Encoding.Unicode.GetBytes(text)];

    private static byte[] Int16(ushort value) => [(byte)value, (byte)(value >> 8)];

    private static byte[] Int32(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }
}
