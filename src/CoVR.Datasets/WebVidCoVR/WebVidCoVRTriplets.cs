using System.Globalization;
using CoVR.Data;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>Makes triplets of rows, with the texts that the options ask for.</summary>
internal sealed class WebVidCoVRTriplets(WebVidCoVROptions options)
{
    private readonly bool _byRule = options.Edits != WebVidCoVREdits.Annotated;
    private readonly bool _repeatsFirstWord = options.Edits == WebVidCoVREdits.RuleBasedAsPublished;

    /// <summary>The triplet of a row; null when no edit can be made for it.</summary>
    public Triplet? Of(WebVidCoVRRow row)
    {
        var texts = _byRule ? RuleBasedTexts.Of(row, _repeatsFirstWord) : options.EditLists ? PythonTexts.Parse(row.Edit) : null;
        if (_byRule && texts is null)
        {
            return null;
        }

        var text = texts is null ? row.Edit : texts[RowDraw.Index(options.Seed, row.Number, texts.Count)];
        return new Triplet(
            row.Number.ToString(CultureInfo.InvariantCulture), new MediaId(row.Reference), text, new MediaId(row.Target), row.TargetCaption, row.Scores)
        {
            Alternatives = texts,
        };
    }
}
