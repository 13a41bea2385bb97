using CoVR.Modeling;

namespace CoVR.Training;

/// <summary>Cleans and tokenises training texts away from the training thread.</summary>
/// <remarks>Safe for use from several threads.</remarks>
public sealed class TrainingTokenizer
{
    private readonly ITextTokenizer _tokenizer;
    private readonly ITextCleaner _cleaner;
    private readonly int _length;
    private readonly TextPadding _padding;

    /// <summary>Creates it from a model's parts.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="cleaner">What texts go through before.</param>
    /// <param name="length">The largest T, at least 2.</param>
    /// <param name="padding">To the largest T as the reference trains, or to the longest text of the batch, which is the same to a masked model and faster.</param>
    public TrainingTokenizer(ITextTokenizer tokenizer, ITextCleaner cleaner, int length, TextPadding padding = TextPadding.MaxLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 2);
        _tokenizer = tokenizer ?? throw new ArgumentNullException(nameof(tokenizer));
        _cleaner = cleaner ?? throw new ArgumentNullException(nameof(cleaner));
        (_length, _padding) = (length, padding);
    }

    /// <summary>Creates it for a loaded model.</summary>
    /// <param name="model">The model; its training length is the largest T.</param>
    /// <param name="padding">How texts get one length.</param>
    /// <returns>The tokenizer.</returns>
    public static TrainingTokenizer For(ComposedModel model, TextPadding padding = TextPadding.MaxLength)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new TrainingTokenizer(model.Tokenizer, model.Cleaner, model.Description.Text.TrainingLength, padding);
    }

    /// <summary>Tokenises texts.</summary>
    /// <param name="texts">At least one text.</param>
    /// <returns>Ids and mask [B, T].</returns>
    public TokenizedText Encode(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return _tokenizer.Encode([.. texts.Select(_cleaner.Clean)], _padding, _length);
    }
}
