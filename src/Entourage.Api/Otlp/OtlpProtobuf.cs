using Entourage.Api.Otlp.Wire;
using Google.Protobuf;

namespace Entourage.Api.Otlp;

/// <summary>OTLP in protobuf. Indexing walks the wire format without allocating messages, and items are parsed one at a time.</summary>
internal sealed class OtlpProtobuf : IOtlpFormat
{
    private const int ResourceAttributesField = 1;

    // Each invalid item costs an exception. A body with more of them is refused.
    private const int MaxErrors = 100;

    private static readonly MessageParser<Resource> Resources = Resource.Parser.WithDiscardUnknownFields(true);
    private static readonly MessageParser<Scope> Scopes = Wire.Scope.Parser.WithDiscardUnknownFields(true);
    private static readonly MessageParser<LogRecord> Records = LogRecord.Parser.WithDiscardUnknownFields(true);
    private static readonly MessageParser<Span> Spans = Span.Parser.WithDiscardUnknownFields(true);
    private static readonly MessageParser<Point> Points = Point.Parser.WithDiscardUnknownFields(true);

    public OtlpItemErrors Errors { get; } = new();

    public void Index(ReadOnlyMemory<byte> body, bool isWhole, OtlpSignal signal, OtlpIndex index)
    {
        var request = new WireReader(body.Span, new(0, body.Length), isWhole);
        while (request.Next())
        {
            if (request.IsMessage(1))
            {
                IndexResource(ref request, signal, index);
            }
        }
    }

    public Resource ReadResource(ReadOnlyMemory<byte> body) => Read(Resources, body) ?? new();

    public string ReadScope(ReadOnlyMemory<byte> body) => OtlpText.Read((Read(Scopes, body) ?? new()).Name.Span) ?? "";

    public LogRecord? ReadRecord(ReadOnlyMemory<byte> body) => Read(Records, body);

    public Span? ReadSpan(ReadOnlyMemory<byte> body) => Read(Spans, body);

    public Point? ReadPoint(ReadOnlyMemory<byte> body) => Read(Points, body);

    private T? Read<T>(MessageParser<T> parser, ReadOnlyMemory<byte> body)
        where T : class, IMessage<T>
    {
        try
        {
            return parser.ParseFrom(body.Span);
        }
        catch (InvalidProtocolBufferException exception) when (Errors.Count < MaxErrors)
        {
            Errors.Add($"A {typeof(T).Name} is not valid protobuf: {exception.Message}");
            return null;
        }
    }

    private static void IndexResource(ref WireReader parent, OtlpSignal signal, OtlpIndex index)
    {
        var resource = index.AddResource();
        var fields = parent.Enter();
        while (fields.Next())
        {
            if (fields.IsMessage(1))
            {
                // If a resource is described twice, the last one counts.
                index.DescribeResource(resource, fields.Value);
                CountAttributes(ref fields, ResourceAttributesField, index);
            }
            else if (fields.IsMessage(2))
            {
                IndexScope(ref fields, resource, signal, index);
            }
        }
    }

    private static void IndexScope(ref WireReader parent, int resource, OtlpSignal signal, OtlpIndex index)
    {
        var scope = index.AddScope(resource);
        var fields = parent.Enter();
        while (fields.Next())
        {
            if (fields.IsMessage(1))
            {
                index.DescribeScope(scope, fields.Value);
            }
            else if (fields.IsMessage(2))
            {
                if (signal == OtlpSignal.Metrics)
                {
                    IndexMetric(ref fields, scope, index);
                }
                else
                {
                    index.AddItem(scope, fields.Value);
                    CountAttributes(ref fields, signal.AttributesField, index);
                }
            }
        }
    }

    private static void IndexMetric(ref WireReader parent, int scope, OtlpIndex index)
    {
        var first = index.Metrics.Count;
        var name = "";
        var fields = parent.Enter();
        while (fields.Next())
        {
            if (fields.IsMessage(1))
            {
                name = fields.Text();
            }
            else if (fields.IsMessage(5))
            {
                IndexPoints(ref fields, index.AddMetric(scope, MetricForm.Gauge), index);
            }
            else if (fields.IsMessage(7))
            {
                IndexPoints(ref fields, index.AddMetric(scope, MetricForm.Sum), index);
            }
            else if (fields.IsMessage(9))
            {
                IndexPoints(ref fields, index.AddMetric(scope, MetricForm.Histogram), index);
            }
        }

        for (var i = first; i < index.Metrics.Count; i++)
        {
            index.Metrics[i].Name = name;
        }
    }

    private static void IndexPoints(ref WireReader parent, int metric, OtlpIndex index)
    {
        var head = index.Metrics[metric];
        var fields = parent.Enter();
        while (fields.Next())
        {
            if (fields.IsMessage(1))
            {
                index.AddItem(metric, fields.Value);
                if (head.Form != MetricForm.Histogram)
                {
                    CountAttributes(ref fields, OtlpSignal.Metrics.AttributesField, index);
                }
            }
            else if (fields.IsNumber(2))
            {
                head.Temporality = (int)fields.Number;
            }
            else if (fields.IsNumber(3))
            {
                head.IsMonotonic = fields.Number != 0;
            }
        }
    }

    private static void CountAttributes(ref WireReader parent, int field, OtlpIndex index)
    {
        var count = 0;
        var fields = parent.Enter();
        while (fields.Next())
        {
            if (fields.IsMessage(field))
            {
                index.CountAttribute(++count);
            }
        }
    }

    /// <summary>Reads the fields of a message one after another.</summary>
    private ref struct WireReader(ReadOnlySpan<byte> body, Slice message, bool isWhole)
    {
        private const int MaxVarintBytes = 10;

        private readonly ReadOnlySpan<byte> body = body;
        private readonly int end = message.Start + message.Length;
        private readonly bool isWhole = isWhole;
        private int position = message.Start;
        private int field;
        private int type;

        /// <summary>The value of a varint field.</summary>
        public ulong Number { get; private set; }

        /// <summary>The position of the value of a length-delimited field.</summary>
        public Slice Value { get; private set; }

        public readonly bool IsMessage(int number) => type == 2 && field == number;

        public readonly bool IsNumber(int number) => type == 0 && field == number;

        public readonly WireReader Enter() => new(body, Value, isWhole);

        public readonly string Text() => OtlpText.Read(body.Slice(Value.Start, Value.Length)) ?? "";

        public bool Next()
        {
            if (position >= end || !TryVarint(out var tag))
            {
                return false;
            }

            (field, type) = ((int)Math.Min(tag >> 3, int.MaxValue), (int)(tag & 7));
            if (field == 0)
            {
                throw new OtlpFormatException($"A field has the number 0 at byte {position}.");
            }

            switch (type)
            {
                case 0:
                    var isNumber = TryVarint(out var number);
                    Number = number;
                    return isNumber;
                case 1:
                    return TrySkip(8);
                case 2:
                    return TryVarint(out var length) && TryEnter(length);
                case 5:
                    return TrySkip(4);
                default:
                    throw new OtlpFormatException($"A field has an unknown type at byte {position}.");
            }
        }

        private bool TryEnter(ulong length)
        {
            var left = (ulong)(end - position);
            if (length > left)
            {
                if (isWhole)
                {
                    throw UnexpectedEnd();
                }

                length = left;
            }

            Value = new(position, (int)length);
            position += (int)length;
            return true;
        }

        private bool TrySkip(int length)
        {
            if (end - position < length)
            {
                position = end;
                return isWhole ? throw UnexpectedEnd() : false;
            }

            position += length;
            return true;
        }

        private bool TryVarint(out ulong value)
        {
            value = 0;
            for (var i = 0; i < MaxVarintBytes; i++)
            {
                if (position >= end)
                {
                    return isWhole ? throw UnexpectedEnd() : false;
                }

                var next = body[position++];
                value |= (ulong)(next & 0x7F) << (7 * i);
                if (next < 0x80)
                {
                    return true;
                }
            }

            throw new OtlpFormatException($"A number is too long at byte {position}.");
        }

        private readonly OtlpFormatException UnexpectedEnd() => new($"A message ends inside a field at byte {position}.");
    }
}
