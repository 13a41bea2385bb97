using CoVR.Evaluation;
using CoVR.Losses;
using CoVR.Media.Transforms;
using CoVR.Modeling;
using CoVR.Training.Steps;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Training.Runs;

/// <summary>The parts of a pipeline that training uses.</summary>
internal sealed class TrainingPipeline(IServiceProvider services, string name)
{
    internal IModelProvider Models => Required<IModelProvider>();

    internal IFrameReader Reader => Required<IFrameReader>();

    /// <summary>From reference frames to pixels, in training.</summary>
    internal IImageTransform Transform(ComposedModel model) =>
        services.GetKeyedService<ReferenceTransform>(name)?.Create(model.Description.Image) ?? ImageTransforms.Training(model.Description.Image);

    /// <summary>From frames to pixels, in a search.</summary>
    internal IImageTransform SearchTransform => Required<IImageTransform>();

    internal IGallery Gallery => Required<IGallery>();

    internal IFramePooling? Pooling => services.GetKeyedService<IFramePooling>(name);

    internal IContrastiveLoss Loss => Required<IContrastiveLoss>();

    internal IReadOnlyList<WeightedLossTerm> Terms { get; } = [.. services.GetKeyedServices<WeightedLossTerm>(name)];

    internal Evaluator Evaluator => Required<Evaluator>();

    internal TimeProvider Time => services.GetService<TimeProvider>() ?? TimeProvider.System;

    private T Required<T>()
        where T : class => services.GetKeyedService<T>(name) ?? throw new InvalidOperationException(
            $"Training of CoVR pipeline '{name}' needs {typeof(T).Name}, and the pipeline has none.");
}

/// <summary>The slot of the training transform, beside the pipeline's transform of search.</summary>
internal sealed record ReferenceTransform(Func<ImageInput, IImageTransform> Create);
