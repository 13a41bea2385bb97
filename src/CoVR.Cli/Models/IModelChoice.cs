using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Models;

/// <summary>The model that a command line asks for.</summary>
internal interface IModelChoice
{
    /// <summary>What it is called, for the console.</summary>
    string Title { get; }

    /// <summary>The family, <c>blip</c> or <c>blip2</c>: how names of the reference's embedding folders begin.</summary>
    string Family { get; }

    /// <summary>The size in names of the reference's embedding folders.</summary>
    string FolderSize { get; }

    /// <summary>Fills the model slot of a pipeline.</summary>
    ICoVRBuilder Use(ICoVRBuilder pipeline);
}
