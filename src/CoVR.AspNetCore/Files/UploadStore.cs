using System.Security.Cryptography;
using CoVR.AspNetCore.Safety;

namespace CoVR.AspNetCore.Files;

/// <summary>An uploaded picture or clip.</summary>
/// <param name="Token">What names it in later queries of the same user.</param>
/// <param name="Bytes">The file.</param>
internal sealed record Upload(string Token, byte[] Bytes);

/// <summary>Keeps uploads in memory for an hour, those used last within a number of bytes; nothing is written to disk.</summary>
internal sealed class UploadStore(CoVRWebOptions options, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly BoundedStore<(string User, Upload Upload, DateTimeOffset Ends)> _kept = new(options.KeptUploadBytes);

    public Upload Add(string user, byte[] bytes)
    {
        var upload = new Upload(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), bytes);
        _kept.Add(upload.Token, (user, upload, time.GetUtcNow() + Lifetime), bytes.Length);
        return upload;
    }

    /// <summary>Finds an upload of a user.</summary>
    /// <exception cref="ApiException">There is none, it has given way, or it is another user's.</exception>
    public Upload Find(string user, string token)
    {
        if (!_kept.TryGet(token, out var kept) || kept.User != user)
        {
            throw ApiException.Invalid("upload.unknown", "The upload is not kept any more; send the file again.");
        }

        if (kept.Ends <= time.GetUtcNow())
        {
            _kept.Remove(token);
            throw ApiException.Invalid("upload.unknown", "The upload is not kept any more; send the file again.");
        }

        return kept.Upload;
    }
}
