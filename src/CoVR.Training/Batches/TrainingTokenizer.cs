using CoVR.Modeling;

namespace CoVR.Training.Batches;

/// <summary>Cleans and tokenizes training texts; runs on the workers.</summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="cleaner">Cleans texts first.</param>
/// <param name="length">The largest T.</param>
/// <param name="padding">How texts get one length.</param>
internal sealed class TrainingTokenizer(ITextTokenizer tokenizer, ITextCleaner cleaner, int length, TextPadding padding = TextPadding.MaxLength)
{
    internal static TrainingTokenizer For(ComposedModel model, TextPadding padding = TextPadding.MaxLength) =>
        new(model.Tokenizer, model.Cleaner, model.Description.Text.TrainingLength, padding);

    /// <summary>Ids and mask [B, T].</summary>
    internal TokenizedText Encode(IReadOnlyList<string> texts) => tokenizer.Encode([.. texts.Select(cleaner.Clean)], padding, length);
}
