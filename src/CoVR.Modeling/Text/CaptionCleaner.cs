using System.Text;

namespace CoVR.Modeling.Text;

/// <summary>Prepares captions and edits as the reference does: lower case, some punctuation to spaces, at most a given number of words.</summary>
/// <remarks>
/// Follows <c>pre_caption</c> (<c>src/data/utils.py</c>) and LAVIS' <c>BlipCaptionProcessor</c>
/// (<c>lavis/processors/blip_processors.py</c>), which cuts at another number of words and puts a prompt in front.
/// Lower-casing is Unicode's full mapping with the final sigma; <c>. ! " ( ) * # : ; ~</c> become spaces; runs of two or
/// more white spaces become one space while a single tab or line break stays. Immutable and safe for several threads.
/// </remarks>
public sealed class CaptionCleaner
{
    private const string Removed = ".!\"()*#:;~";

    /// <summary>Creates a cleaner.</summary>
    /// <param name="maxWords">Pieces between single spaces that are kept: 30 in the datasets, 50 in LAVIS; at least 1.</param>
    /// <param name="prompt">Prepended to every cleaned text.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxWords"/> is below 1.</exception>
    public CaptionCleaner(int maxWords = 30, string prompt = "")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxWords, 1);
        ArgumentNullException.ThrowIfNull(prompt);
        (MaxWords, Prompt) = (maxWords, prompt);
    }

    /// <summary>How many words are kept.</summary>
    public int MaxWords { get; }

    /// <summary>The prompt.</summary>
    public string Prompt { get; }

    /// <inheritdoc/>
    public string Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var joined = JoinWhiteSpace(PythonText.Lower(text)).TrimEnd('\n').Trim(' ');
        return Prompt + Cut(joined);
    }

    /// <summary>Lower-cases a text and splits it at runs of white space, as the reference does (Python's <c>text.lower().split()</c>).</summary>
    /// <param name="text">Any text.</param>
    /// <param name="removed">Characters to remove after lower-casing.</param>
    /// <returns>The words; none of them is empty.</returns>
    public static string[] SplitWords(string text, string removed = "")
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(removed);
        return PythonText.Split(string.Concat(PythonText.Lower(text).Where(letter => !removed.Contains(letter))));
    }

    private static string JoinWhiteSpace(string lower)
    {
        var joined = new StringBuilder(lower.Length);
        for (var at = 0; at < lower.Length;)
        {
            var end = at;
            while (end < lower.Length && IsSpace(lower[end]))
            {
                end++;
            }

            switch (end - at)
            {
                case 0:
                    joined.Append(lower[at]);
                    break;
                case 1:
                    joined.Append(Removed.Contains(lower[at]) ? ' ' : lower[at]);
                    break;
                default:
                    joined.Append(' ');
                    break;
            }

            at = Math.Max(end, at + 1);
        }

        return joined.ToString();
    }

    private static bool IsSpace(char value) => Removed.Contains(value) || PythonText.IsWhiteSpace(value);

    private string Cut(string text)
    {
        var at = -1;
        for (var words = 0; words < MaxWords; words++)
        {
            at = text.IndexOf(' ', at + 1);
            if (at < 0)
            {
                return text;
            }
        }

        return text[..at];
    }
}
