using System.Text.Json.Serialization;
using CoVR.Data;
using CoVR.Evaluation;

namespace CoVR.Cli.Commands.Doctor;

/// <summary>How much of a split can be scored as it is, in the numbers that an evaluation would state.</summary>
/// <param name="Dataset">The data set.</param>
/// <param name="Split">Which part.</param>
/// <param name="Coverage">Queries whose reference can be read, and answers and candidates that exist.</param>
/// <param name="ReferencesPresent">Distinct references that can be read.</param>
/// <param name="References">Distinct references.</param>
/// <param name="Unanswerable">Queries with a readable reference whose answer is not in the gallery: they count as not found.</param>
/// <param name="IncompleteSubsets">Queries with a readable reference whose <c>img_set</c> lacks a picture.</param>
internal sealed record SplitCoverage(
    string Dataset, DatasetSplit Split, EvaluationResult.EvaluationCoverage Coverage, int ReferencesPresent, int References, int Unanswerable, int IncompleteSubsets)
{
    /// <summary>The highest recall, in percent, that a perfect model could reach with what is there; null where answers are hidden or no query can be run.</summary>
    public double? HighestRecall => Coverage.Targets == 0 || Coverage.QueriesScored == 0
        ? null
        : 100.0 * (Coverage.QueriesScored - Unanswerable) / Coverage.QueriesScored;

    /// <summary>Whether nothing is missing.</summary>
    [JsonIgnore]
    public bool IsComplete => Coverage.IsComplete && ReferencesPresent == References && IncompleteSubsets == 0;

    /// <summary>What the figures of an evaluation would leave out, one sentence each.</summary>
    public IReadOnlyList<string> Misses
    {
        get
        {
            List<string> misses = [];
            Add(Coverage.QueriesScored < Coverage.Queries, $"{Coverage.Queries - Coverage.QueriesScored} of {Coverage.Queries} queries cannot be asked, because their reference cannot be read: figures would cover only the others.");
            Add(Unanswerable > 0, $"{Unanswerable} of {Coverage.QueriesScored} queries have an answer that is not in the gallery and count as not found: recall cannot exceed {HighestRecall:F1} %.");
            Add(Coverage.CandidatesPresent < Coverage.Candidates, $"{Coverage.Candidates - Coverage.CandidatesPresent} of {Coverage.Candidates} candidates are missing: a smaller gallery is easier, so figures cannot be compared with published ones.");
            Add(IncompleteSubsets > 0, $"{IncompleteSubsets} of {Coverage.QueriesScored} queries lack a picture of their subset, which makes subset recall easier.");
            return misses;

            void Add(bool holds, FormattableString sentence)
            {
                if (holds)
                {
                    misses.Add(FormattableString.Invariant(sentence));
                }
            }
        }
    }

    /// <summary>Counts a split, given whose pictures or videos can be read and which items can be in the gallery.</summary>
    public static SplitCoverage Of(InspectedSplit split, Func<MediaId, bool> hasMedia, Func<MediaId, bool> isCandidate)
    {
        var dataset = split.Content.Dataset;
        var gallery = dataset.Candidates.Where(isCandidate).ToHashSet();
        HashSet<MediaId> references = [], targets = [], targetsPresent = [];
        HashSet<MediaId> readable = [];
        var (scored, unanswerable, incomplete) = (0, 0, 0);
        foreach (var triplet in dataset.Triplets)
        {
            if (triplet.Target is { } target)
            {
                targets.Add(target);
            }

            if (references.Add(triplet.Reference) && hasMedia(triplet.Reference))
            {
                readable.Add(triplet.Reference);
            }

            if (!readable.Contains(triplet.Reference))
            {
                continue;
            }

            scored++;
            incomplete += triplet.Subset is { } subset && !subset.All(gallery.Contains) ? 1 : 0;
            if (triplet.Target is { } answer)
            {
                unanswerable += gallery.Contains(answer) || targetsPresent.Contains(answer) ? 0 : 1;
                if (gallery.Contains(answer))
                {
                    targetsPresent.Add(answer);
                }
            }
        }

        string[] missing = [.. dataset.Candidates.Where(id => !gallery.Contains(id)).Concat(references.Except(readable)).Select(id => id.Value).Distinct().Order(StringComparer.Ordinal).Take(20)];
        var coverage = new EvaluationResult.EvaluationCoverage(scored, dataset.Triplets.Count, targetsPresent.Count, targets.Count, gallery.Count, dataset.Candidates.Count, missing);
        return new SplitCoverage(split.Dataset, split.Split, coverage, readable.Count, references.Count, unanswerable, incomplete);
    }
}
