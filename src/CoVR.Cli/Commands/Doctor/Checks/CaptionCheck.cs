using CoVR.Modeling;
using CoVR.Reproduction.Embedding;

namespace CoVR.Cli.Commands.Doctor.Checks;

/// <summary>Caption embeddings (<c>txt2_….pth</c>), which the loss term <c>si_tc</c> trains with.</summary>
internal sealed class CaptionCheck : IDoctorCheck
{
    public string Name => "captions";

    public async ValueTask CheckAsync(DoctorContext context, CancellationToken cancellationToken = default)
    {
        foreach (var dataset in context.Request.Datasets.Where(dataset => dataset.CaptionEmbeddings.Count > 0))
        {
            HashSet<string> known = new(StringComparer.Ordinal);
            foreach (var file in dataset.CaptionEmbeddings)
            {
                known.UnionWith(Read(context, dataset, file));
            }

            foreach (var split in await context.ReadAsync(dataset, cancellationToken))
            {
                RequireCaptions(context, split, known);
            }
        }
    }

    private static IEnumerable<string> Read(DoctorContext context, DoctorDataset dataset, string file)
    {
        try
        {
            var texts = TextEmbeddings.Load(file);
            context.Expect(texts.Texts.Count);
            if (dataset.ExpectedFingerprint is { Dimensions: > 0 and var expected } && expected != texts.Dimensions)
            {
                Report(context, dataset, file, null, FindingKinds.CaptionsUnusable, $"its vectors have {texts.Dimensions} dimensions, but the model's have {expected}.");
                return [];
            }

            foreach (var text in texts.Texts)
            {
                context.Advance();
                if (texts.TryGet(text, out var vector) && vector.Span.ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
                {
                    Report(context, dataset, file, text, FindingKinds.CaptionNotFinite, "its embedding contains NaN or infinity.");
                }
            }

            return texts.Texts;
        }
        catch (Exception fault) when (fault is CheckpointException or GalleryException or IOException or ArgumentException)
        {
            Report(context, dataset, file, null, FindingKinds.CaptionsUnusable, (fault as CheckpointException)?.Reason ?? (fault as GalleryException)?.Reason ?? fault.Message);
            return [];
        }
    }

    private static void RequireCaptions(DoctorContext context, InspectedSplit split, HashSet<string> known)
    {
        HashSet<string> reported = new(StringComparer.Ordinal);
        for (var i = 0; i < split.Content.Dataset.Triplets.Count; i++)
        {
            if (split.Content.Dataset.Triplets[i].TargetCaption is { } caption && !known.Contains(caption) && reported.Add(caption))
            {
                context.Report(new Finding(Severity.Fault, FindingKinds.CaptionMissing, $"the caption '{Finding.Shorten(caption)}' has no embedding.")
                {
                    Dataset = split.Dataset,
                    File = split.File,
                    Line = split.Content.LineOf(i),
                    Field = "txt2",
                    Fix = "Embed the captions of this file: covr embed texts.",
                });
            }
        }
    }

    private static void Report(DoctorContext context, DoctorDataset dataset, string file, string? text, string kind, string reason) =>
        context.Report(new Finding(Severity.Fault, kind, reason) { Dataset = dataset.Name, Id = text, File = file, Fix = "Embed the captions again: covr embed texts." });
}
