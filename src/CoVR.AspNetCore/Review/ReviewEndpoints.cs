using CoVR.AspNetCore.Safety;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace CoVR.AspNetCore.Review;

/// <summary>Maps the review page into a host.</summary>
public static class ReviewEndpoints
{
    /// <summary>Maps the page at a prefix, and what it asks below <c>api/v1/review</c>. It needs no pipeline and no other server.</summary>
    /// <param name="endpoints">The host.</param>
    /// <param name="prefix">Where, such as <c>/review</c>; empty for the root.</param>
    /// <param name="queue">What is reviewed; the caller disposes it after the host has stopped.</param>
    /// <returns>Conventions for all endpoints, such as <c>RequireAuthorization()</c>. Whoever may ask may decide under any name.</returns>
    public static IEndpointConventionBuilder MapCoVRReview(this IEndpointRouteBuilder endpoints, string prefix, IReviewQueue queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        var group = GuardedGroup.Open(endpoints, prefix, "");
        group.Part("", EndpointKind.Page).MapFiles("Review");
        new ReviewApi(queue, group.Tokens).Map(group.Part("api/v1/review", EndpointKind.Api));
        return group.Routes;
    }
}
