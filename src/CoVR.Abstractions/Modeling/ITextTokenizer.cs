namespace CoVR.Modeling;

/// <summary>How texts of a batch get one length.</summary>
public enum TextPadding
{
    /// <summary>All are padded to the maximal length.</summary>
    MaxLength,

    /// <summary>All are padded to the longest text of the batch.</summary>
    Longest,
}

/// <summary>Token ids of several texts of one length.</summary>
/// <param name="Ids">[Rows, Length], row by row.</param>
/// <param name="Mask">[Rows, Length]: 1 for tokens, 0 for padding.</param>
/// <param name="Rows">B.</param>
/// <param name="Length">T.</param>
public sealed record TokenizedText(long[] Ids, long[] Mask, int Rows, int Length);

/// <summary>Turns texts into token ids.</summary>
/// <remarks>Implementations are safe for use from several threads.</remarks>
public interface ITextTokenizer
{
    /// <summary>Tokenises texts, with [CLS] first and [SEP] last, and cuts those that are too long.</summary>
    /// <param name="texts">At least one text.</param>
    /// <param name="padding">How they get one length.</param>
    /// <param name="maxLength">The largest T, special tokens included; at least 2.</param>
    /// <returns>Ids and mask.</returns>
    TokenizedText Encode(IReadOnlyList<string> texts, TextPadding padding, int maxLength);
}

/// <summary>Prepares a text before it is tokenised.</summary>
public interface ITextCleaner
{
    /// <summary>Cleans one text.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>The cleaned text; may be empty.</returns>
    string Clean(string text);
}
