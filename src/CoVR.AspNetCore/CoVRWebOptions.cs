using System.ComponentModel.DataAnnotations;

namespace CoVR.AspNetCore;

/// <summary>What a pipeline's endpoints accept and keep; the name of the options is the name of the pipeline.</summary>
public sealed class CoVRWebOptions
{
    /// <summary>The host names that requests may be for, besides <c>localhost</c> and addresses; a request for another one is refused, so that a foreign name cannot be made to point to this server (DNS rebinding).</summary>
    /// <value>Empty by default. Behind a proxy, or under a name of its own, the server needs that name here.</value>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>The origins, such as <c>https://photos.example.com</c>, whose pages may send requests, besides the server's own; their CORS policy is the host's.</summary>
    /// <value>Empty by default.</value>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>The largest request, in bytes: a query with all its uploads.</summary>
    /// <value>256 MB by default; at least 1 kB.</value>
    [Range(1 << 10, long.MaxValue)]
    public long MaxRequestBytes { get; set; } = 256 << 20;
}
