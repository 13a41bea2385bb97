using CoVR.Cli.Models;
using CoVR.Datasets.Tests.EndToEnd;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Tests.Made;

/// <summary>A model of a few thousand parameters, always of the same weights.</summary>
/// <param name="Family">blip or blip2.</param>
internal sealed record TinyModel(string Family) : IModelChoice
{
    /// <inheritdoc/>
    public string Title => $"tiny-{Family}";

    /// <inheritdoc/>
    public string FolderSize => "large";

    /// <inheritdoc/>
    public ICoVRBuilder Use(ICoVRBuilder pipeline) => pipeline.UseTiny(Family);
}
