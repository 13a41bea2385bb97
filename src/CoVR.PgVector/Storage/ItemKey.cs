using System.Security.Cryptography;
using System.Text;

namespace CoVR.PgVector.Storage;

/// <summary>The key of an item: the first 16 bytes of the SHA-256 of its identity in UTF-8, because an index of PostgreSQL holds no text of 3 kB.</summary>
internal static class ItemKey
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether PostgreSQL can hold a text: no NUL, no half of a surrogate pair.</summary>
    public static bool IsStorable(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0' || (char.IsSurrogate(text[i]) && !char.IsSurrogatePair(text, i++)))
            {
                return false;
            }
        }

        return true;
    }

    public static Guid Of(MediaId id) => new(SHA256.HashData(Strict.GetBytes(id.Value)).AsSpan(0, 16), bigEndian: true);

    /// <summary>The keys of identities, each once and in order; those that cannot be stored have none.</summary>
    public static Guid[] Of(IEnumerable<MediaId> ids) => [.. ids.Where(id => IsStorable(id.Value)).Select(Of).Distinct().Order()];
}
