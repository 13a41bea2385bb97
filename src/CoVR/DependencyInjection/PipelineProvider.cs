using CoVR.Retrieval;

namespace CoVR.DependencyInjection;

/// <summary>Assembles a named pipeline once its model is loaded.</summary>
internal sealed class PipelineProvider(IServiceProvider services, string name) : IPipelineProvider
{
    private volatile RetrievalPipeline? _pipeline;

    /// <inheritdoc/>
    public async ValueTask<RetrievalPipeline> GetAsync(CancellationToken cancellationToken = default)
    {
        if (_pipeline is { } made)
        {
            return made;
        }

        var model = await PipelineParts.ModelProviderOf(services, name).GetAsync(cancellationToken).ConfigureAwait(false);
        return _pipeline = await Task.Run(() => PipelineParts.Create(services, name, model), cancellationToken).ConfigureAwait(false);
    }
}
