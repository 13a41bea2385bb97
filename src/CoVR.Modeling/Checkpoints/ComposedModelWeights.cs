namespace CoVR.Modeling.Checkpoints;

/// <summary>Keeps the description of a model true when its weights change.</summary>
public static class ComposedModelWeights
{
    /// <summary>Hashes the weights as they are now, so that embeddings made before and after a training are told apart. <c>Trainer</c> does it by itself.</summary>
    /// <param name="model">A model with weights of this runtime; one without is left as it is.</param>
    public static void RehashWeights(this ComposedModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var hash = model.HashWeights?.Invoke() ?? (model.Module is { } module ? WeightsHash.OfModule(module) : null);
        if (hash is not null)
        {
            model.ChangeWeights(hash);
        }
    }
}
