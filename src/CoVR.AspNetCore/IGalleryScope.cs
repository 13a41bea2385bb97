using System.Security.Claims;

namespace CoVR.AspNetCore;

/// <summary>Says which items of a gallery exist for a caller. Without one, every caller that the host admits sees all items.</summary>
/// <remarks>
/// The filter is part of every search, count, list, thumbnail, medium and change; an item outside is answered like one that does not exist. Registered as a service, for a named pipeline keyed by its name.
/// Implementations are safe for any number of threads.
/// </remarks>
public interface IGalleryScope
{
    /// <summary>The items of a caller.</summary>
    /// <param name="user">The caller, as the host's authentication tells; anonymous without one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The filter; null for all items. <c>new GalleryFilter.Any([])</c> is none.</returns>
    ValueTask<GalleryFilter?> GetFilterAsync(ClaimsPrincipal user, CancellationToken cancellationToken = default);
}
