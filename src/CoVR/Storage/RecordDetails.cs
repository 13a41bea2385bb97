using System.Text;

namespace CoVR.Storage;

/// <summary>The fields of a record besides identity and embedding, in the order of <see cref="Write"/>; a missing field takes one bit.</summary>
internal sealed class RecordDetails
{
    public static RecordDetails None { get; } = new();

    public GalleryProperties Properties { get; init; } = GalleryProperties.None;

    public IReadOnlyList<TimeSpan> FrameTimes { get; init; } = [];

    public EmbeddingFailure? Failure { get; init; }

    public Guid Generation { get; init; }

    [Flags]
    private enum Fields : uint
    {
        Kind = 1,
        Source = 2,
        ContentHash = 4,
        Size = 8,
        Taken = 16,
        Modified = 32,
        Owner = 64,
        Tags = 128,
        FrameTimes = 256,
        Generation = 512,
        Failure = 1024,
        FailureKind = 2048,
        Camera = 4096,
        HasLocation = 8192,
        Location = 16384,
        More = 32768,
        Metadata = 65536,
        All = 131071,
    }

    /// <summary>Encodes the details; empty if nothing is known.</summary>
    public byte[] Encode()
    {
        var fields = Present();
        if (fields == 0)
        {
            return [];
        }

        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write((ushort)fields);
        if (fields.HasFlag(Fields.More))
        {
            writer.Write((ushort)((uint)fields >> 16));
        }

        Write(writer, fields);
        return bytes.ToArray();
    }

    /// <summary>Decodes details.</summary>
    /// <exception cref="InvalidDataException">They contradict themselves, or contain fields unknown to this version.</exception>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    /// <exception cref="EndOfStreamException">They end too early.</exception>
    public static RecordDetails Decode(ReadOnlySpan<byte> bytes, MediaId id)
    {
        if (bytes.IsEmpty)
        {
            return None;
        }

        using var reader = new BinaryReader(new MemoryStream(bytes.ToArray()), Encoding.UTF8);
        var fields = (Fields)reader.ReadUInt16();
        fields |= fields.HasFlag(Fields.More) ? (Fields)((uint)reader.ReadUInt16() << 16) : 0;
        try
        {
            return (fields & ~Fields.All) == 0 ? Read(reader, fields, id) : throw new InvalidDataException("It was written by a newer version.");
        }
        catch (FormatException error)
        {
            throw new InvalidDataException("A text in it is broken.", error);
        }
    }

    private Fields Present()
    {
        var (size, modified) = Failure is { } failure ? (failure.Size, failure.Modified) : (Properties.Size, Properties.Modified);
        return If(Properties.Kind is not null, Fields.Kind) | If(Properties.Source is not null, Fields.Source)
            | If(Properties.ContentHash is not null, Fields.ContentHash) | If(size is not null, Fields.Size)
            | If(Properties.Taken is not null, Fields.Taken) | If(modified is not null, Fields.Modified)
            | If(Properties.Owner is not null, Fields.Owner) | If(Properties.Tags.Count > 0, Fields.Tags)
            | If(FrameTimes.Count > 0, Fields.FrameTimes) | If(Generation != Guid.Empty, Fields.Generation)
            | If(Failure is not null, Fields.Failure) | If(Failure?.Kind is not null, Fields.FailureKind)
            | If(Properties.Camera is not null, Fields.Camera) | If(Properties.HasLocation is not null, Fields.HasLocation) | If(Properties.Location is not null, Fields.Location)
            | If(Properties.Metadata.Count > 0, Fields.Metadata | Fields.More);

        static Fields If(bool present, Fields field) => present ? field : 0;
    }

    private void Write(BinaryWriter writer, Fields fields)
    {
        When(Fields.Kind, () => writer.Write((byte)Properties.Kind!.Value));
        When(Fields.Source, () => writer.Write(Properties.Source!));
        When(Fields.ContentHash, () => writer.Write(Properties.ContentHash!));
        When(Fields.Size, () => writer.Write((Failure?.Size ?? Properties.Size)!.Value));
        When(Fields.Taken, () => WriteTime(writer, Properties.Taken!.Value));
        When(Fields.Modified, () => WriteTime(writer, (Failure?.Modified ?? Properties.Modified)!.Value));
        When(Fields.Owner, () => writer.Write(Properties.Owner!));
        When(Fields.Tags, () => WriteAll(writer, Properties.Tags, writer.Write));
        When(Fields.Camera, () => writer.Write(Properties.Camera!));
        When(Fields.HasLocation, () => writer.Write(Properties.HasLocation!.Value));
        When(Fields.Location, () => writer.Write(Properties.Location!));
        When(Fields.Metadata, () => WriteAll(writer, [.. Properties.Metadata.SelectMany(pair => new[] { pair.Key, pair.Value })], writer.Write));
        When(Fields.FrameTimes, () => WriteAll(writer, FrameTimes, time => writer.Write(time.Ticks)));
        When(Fields.Generation, () => writer.Write(Generation.ToByteArray()));
        When(Fields.Failure, () => WriteFailure(writer, Failure!));
        When(Fields.FailureKind, () => writer.Write((byte)Failure!.Kind!.Value));

        void When(Fields field, Action write)
        {
            if (fields.HasFlag(field))
            {
                write();
            }
        }
    }

    private static RecordDetails Read(BinaryReader reader, Fields fields, MediaId id)
    {
        var properties = new GalleryProperties
        {
            Kind = Has(Fields.Kind) ? (MediaKind)reader.ReadByte() : null,
            Source = Has(Fields.Source) ? reader.ReadString() : null,
            ContentHash = Has(Fields.ContentHash) ? reader.ReadString() : null,
            Size = Has(Fields.Size) ? reader.ReadInt64() : null,
            Taken = Has(Fields.Taken) ? ReadTime(reader) : null,
            Modified = Has(Fields.Modified) ? ReadTime(reader) : null,
            Owner = Has(Fields.Owner) ? reader.ReadString() : null,
            Tags = Has(Fields.Tags) ? ReadAll(reader, reader.ReadString) : [],
            Camera = Has(Fields.Camera) ? reader.ReadString() : null,
            HasLocation = Has(Fields.HasLocation) ? reader.ReadBoolean() : null,
            Location = Has(Fields.Location) ? reader.ReadString() : null,
            Metadata = Has(Fields.Metadata) ? ReadPairs(reader) : GalleryProperties.None.Metadata,
        };
        return new RecordDetails
        {
            FrameTimes = Has(Fields.FrameTimes) ? ReadAll(reader, () => TimeSpan.FromTicks(reader.ReadInt64())) : [],
            Generation = Has(Fields.Generation) ? new Guid(reader.ReadBytes(16)) : Guid.Empty,
            Failure = Has(Fields.Failure) ? ReadFailure(reader, Has(Fields.FailureKind), id, properties) : null,
            Properties = Has(Fields.Failure) ? GalleryProperties.None : properties,
        };

        bool Has(Fields field) => fields.HasFlag(field);
    }

    private static Dictionary<string, string> ReadPairs(BinaryReader reader)
    {
        var pairs = ReadAll(reader, reader.ReadString);
        return pairs.Length % 2 == 0 ? pairs.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]) : throw new InvalidDataException("A name in it has no value.");
    }

    private static void WriteFailure(BinaryWriter writer, EmbeddingFailure failure)
    {
        writer.Write(failure.Reason);
        WriteTime(writer, failure.At);
    }

    private static EmbeddingFailure ReadFailure(BinaryReader reader, bool hasKind, MediaId id, GalleryProperties file)
    {
        var (reason, at) = (reader.ReadString(), ReadTime(reader));
        return new EmbeddingFailure(id, reason, hasKind ? (MediaFailure)reader.ReadByte() : null, at) { Size = file.Size, Modified = file.Modified };
    }

    private static void WriteTime(BinaryWriter writer, DateTimeOffset time)
    {
        writer.Write(time.Ticks);
        writer.Write((short)time.TotalOffsetMinutes);
    }

    private static DateTimeOffset ReadTime(BinaryReader reader)
    {
        var ticks = reader.ReadInt64();
        return new DateTimeOffset(ticks, TimeSpan.FromMinutes(reader.ReadInt16()));
    }

    private static void WriteAll<T>(BinaryWriter writer, IReadOnlyList<T> values, Action<T> write)
    {
        writer.Write(values.Count);
        foreach (var value in values)
        {
            write(value);
        }
    }

    private static T[] ReadAll<T>(BinaryReader reader, Func<T> read)
    {
        // Each value takes a byte at least.
        var count = reader.ReadInt32();
        var values = count >= 0 && count <= reader.BaseStream.Length - reader.BaseStream.Position ? new T[count] : throw new InvalidDataException("It promises more values than it holds.");
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = read();
        }

        return values;
    }
}
