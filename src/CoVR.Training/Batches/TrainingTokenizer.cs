using CoVR.Modeling;

namespace CoVR.Training.Batches;

/// <summary>Cleans and tokenizes training texts; runs on the workers.</summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="clean">Cleans texts first.</param>
/// <param name="length">The largest T.</param>
/// <param name="padToLongest">Whether texts are padded to the longest of their batch, not to the largest T.</param>
internal sealed class TrainingTokenizer(ITextTokenizer tokenizer, Func<string, string> clean, int length, bool padToLongest = false)
{
    internal static TrainingTokenizer For(ComposedModel model, bool padToLongest = false) =>
        new(model.Tokenizer, model.Clean, model.Description.Text.TrainingLength, padToLongest);

    /// <summary>Ids and mask [B, T].</summary>
    internal TokenBatch Encode(IReadOnlyList<string> texts) => tokenizer.Encode([.. texts.Select(clean)], length, !padToLongest);
}
