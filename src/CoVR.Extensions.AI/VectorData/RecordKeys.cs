using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CoVR.Extensions.AI.VectorData;

/// <summary>Keys of the types that vector stores have, from identities.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
internal sealed class RecordKeys<TKey>
    where TKey : notnull
{
    private const char Own = '\u0001';
    private readonly Func<MediaId, TKey> _key;

    /// <param name="key">The host's function; null for a hash.</param>
    /// <exception cref="NotSupportedException">There is no function, and the type is none of those that a hash can be cut to.</exception>
    public RecordKeys(Func<MediaId, TKey>? key) => _key = key ?? (Func<MediaId, TKey>)(object)HashTo();

    public TKey OfItem(MediaId id) => _key(id);

    public TKey OfFailure(MediaId id) => _key(new MediaId($"{Own}failure {id}"));

    public TKey OfGallery() => _key(new MediaId($"{Own}gallery"));

    private static Delegate HashTo() => Type.GetTypeCode(typeof(TKey)) switch
    {
        TypeCode.String => (Func<MediaId, string>)(id => Convert.ToHexStringLower(Hash(id))),
        TypeCode.Int32 => (Func<MediaId, int>)(id => BinaryPrimitives.ReadInt32LittleEndian(Hash(id))),
        TypeCode.Int64 => (Func<MediaId, long>)(id => BinaryPrimitives.ReadInt64LittleEndian(Hash(id))),
        TypeCode.UInt64 => (Func<MediaId, ulong>)(id => BinaryPrimitives.ReadUInt64LittleEndian(Hash(id))),
        _ when typeof(TKey) == typeof(Guid) => (Func<MediaId, Guid>)(id => new Guid(Hash(id).AsSpan(0, 16))),
        _ => throw new NotSupportedException($"Keys of type {typeof(TKey).Name} cannot be made of identities. Use string, Guid, ulong, long or int, or set {nameof(VectorStoreGalleryOptions<TKey>)}.{nameof(VectorStoreGalleryOptions<TKey>.Key)}."),
    };

    private static byte[] Hash(MediaId id) => SHA256.HashData(Encoding.Unicode.GetBytes(id.Value));
}
