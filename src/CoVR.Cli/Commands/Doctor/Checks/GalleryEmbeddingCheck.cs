using System.Collections.Concurrent;

namespace CoVR.Cli.Commands.Doctor.Checks;

/// <summary>Embeddings of the gallery: complete, made by the expected model, of one shape, finite and of unit length.</summary>
internal sealed class GalleryEmbeddingCheck : IDoctorCheck
{
    private const string TakeOut = "Remove it (covr doctor … --drop-damaged) and embed the item again.";
    private const string NotUnit = "Perhaps another program made it, or it was pooled. Its similarities cannot be compared with others.";

    public string Name => "embeddings";

    public async ValueTask CheckAsync(DoctorContext context, CancellationToken cancellationToken = default)
    {
        foreach (var dataset in context.Request.Datasets.Where(dataset => dataset.Embeddings.Count > 0))
        {
            var splits = await context.ReadAsync(dataset, cancellationToken);
            var wanted = splits.SelectMany(split => split.Content.Dataset.Candidates.Concat(split.Content.Dataset.Triplets.Where(triplet => triplet.Target is not null).Select(triplet => triplet.Target!.Value))).ToHashSet();
            var folders = await EmbeddingFolders.OpenAsync(context, dataset, cancellationToken);
            context.Expect(wanted.Count);
            var frames = Look(context, dataset, wanted, folders, cancellationToken);
            ReportSurplus(context, dataset, folders, wanted);
            foreach (var split in splits)
            {
                CompareScores(context, split, frames);
            }
        }
    }

    private static ConcurrentDictionary<MediaId, int> Look(DoctorContext context, DoctorDataset dataset, HashSet<MediaId> wanted, EmbeddingFolders folders, CancellationToken cancellationToken)
    {
        var frames = new ConcurrentDictionary<MediaId, int>();
        var workers = new ParallelOptions { MaxDegreeOfParallelism = context.Request.Workers, CancellationToken = cancellationToken };
        Parallel.ForEach(wanted, workers, id =>
        {
            if (folders.Find(id) is not { } item)
            {
                if (folders.FindDamaged(id) is { } damaged)
                {
                    Lose(context, dataset, id, FindingKinds.EmbeddingDamaged, damaged.Damage + ".", damaged.File, TakeOut);
                }
                else
                {
                    Lose(context, dataset, id, FindingKinds.EmbeddingMissing, folders.ReasonFor(id), dataset.Embeddings[0], "Embed it: covr embed … --todo_ids.");
                }
            }
            else
            {
                var verdict = EmbeddingInspector.Look(item, folders.Shape, context.IsFull);
                if (verdict.Fault is { } fault)
                {
                    Lose(context, dataset, id, fault.Kind, fault.Reason, item.File, FixOf(fault.Kind));
                }

                if (verdict.Frames > 0)
                {
                    frames[id] = verdict.Frames;
                }
            }

            context.Advance();
        });
        return frames;
    }

    private static string FixOf(string kind) => kind switch
    {
        FindingKinds.EmbeddingNotUnit => NotUnit,
        FindingKinds.EmbeddingUnreadable => MediaCheck.Allow,
        _ => TakeOut,
    };

    private static void Lose(DoctorContext context, DoctorDataset dataset, MediaId id, string kind, string reason, string file, string fix) => context.Report(
        new Finding(kind == FindingKinds.EmbeddingNotUnit ? Severity.Warning : Severity.Fault, kind, reason)
        {
            Dataset = dataset.Name,
            Id = id.Value,
            File = file,
            Remedy = kind == FindingKinds.EmbeddingNotUnit ? Remedy.None : Remedy.Embed,
            Fix = fix,
        });

    /// <summary>Reports damaged embeddings of other items too, because one damaged record prevents the whole store from being opened.</summary>
    private static void ReportSurplus(DoctorContext context, DoctorDataset dataset, EmbeddingFolders folders, HashSet<MediaId> wanted)
    {
        foreach (var item in folders.Damaged.Where(item => item.Id is not { } id || !wanted.Contains(id)))
        {
            context.Report(new Finding(Severity.Fault, FindingKinds.EmbeddingDamaged, item.Damage + ".")
            {
                Dataset = dataset.Name,
                Id = item.Id?.Value,
                File = item.File,
                Fix = "The next writer cuts off an unfinished end. " + TakeOut,
            });
        }

        if (folders.Surplus(wanted) is > 0 and var surplus)
        {
            context.Report(new Finding(Severity.Note, FindingKinds.EmbeddingsSurplus, FormattableString.Invariant($"{dataset.Name}: {surplus} embeddings of items that these splits do not have")) { Dataset = dataset.Name });
        }
    }

    private static void CompareScores(DoctorContext context, InspectedSplit split, ConcurrentDictionary<MediaId, int> frames)
    {
        for (var i = 0; i < split.Content.Dataset.Triplets.Count; i++)
        {
            if (split.Content.Dataset.Triplets[i] is { Target: { } target, FrameScores: { } scores } && frames.TryGetValue(target, out var count) && scores.Count != count)
            {
                context.Report(new Finding(Severity.Warning, FindingKinds.FrameScores, $"{scores.Count} scores, but the embedding of '{target}' has {count} frames: all frames would count equally.")
                {
                    Dataset = split.Dataset,
                    Id = target.Value,
                    File = split.File,
                    Line = split.Content.LineOf(i),
                    Field = "scores",
                    Fix = "Compute the scores from these embeddings (covr embed scores), or embed with as many frames.",
                });
            }
        }
    }
}
