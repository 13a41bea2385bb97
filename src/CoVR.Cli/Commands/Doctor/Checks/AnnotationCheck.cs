using CoVR.Data;

namespace CoVR.Cli.Commands.Doctor.Checks;

/// <summary>Annotations: malformed, repeated or empty entries, and items that the lists of pictures lack.</summary>
internal sealed class AnnotationCheck : IDoctorCheck
{
    private const string Fix = "Correct the entry, or download the annotations again.";

    public string Name => "annotations";

    public async ValueTask CheckAsync(DoctorContext context, CancellationToken cancellationToken = default)
    {
        foreach (var dataset in context.Request.Datasets)
        {
            foreach (var split in await context.ReadAsync(dataset, cancellationToken))
            {
                var content = split.Content;
                context.Expect(content.Dataset.Triplets.Count);
                foreach (var finding in split.Findings)
                {
                    context.Report(finding);
                }

                new SplitExamination(context, split).Run(cancellationToken);
                if (content.Dataset.Triplets.Count > 0)
                {
                    context.Report(new Finding(Severity.Note, FindingKinds.AnnotationsRead, FormattableString.Invariant($"{split.Dataset} ({split.Split.ToString().ToLowerInvariant()}): {content.Dataset.Triplets.Count} queries, {content.Dataset.Candidates.Count} candidates"))
                    {
                        Dataset = split.Dataset,
                        File = split.File,
                    });
                }
            }
        }
    }

    /// <summary>One split.</summary>
    private sealed class SplitExamination(DoctorContext context, InspectedSplit split)
    {
        private readonly HashSet<MediaId> _gallery = [.. split.Content.Dataset.Candidates];
        private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
        private readonly Dictionary<(string, string, string?), int> _rows = [];
        private readonly HashSet<MediaId> _reported = [];

        public void Run(CancellationToken cancellationToken)
        {
            var triplets = split.Content.Dataset.Triplets;
            for (var i = 0; i < triplets.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var triplet = triplets[i];
                CheckRepetition(i, triplet);
                CheckItems(i, triplet);
                CheckSense(i, triplet);
                context.Advance();
            }
        }

        private void CheckRepetition(int i, Triplet triplet)
        {
            if (!_ids.Add(triplet.Id))
            {
                Report(i, triplet, Severity.Fault, FindingKinds.AnnotationDuplicate, $"the id {triplet.Id} appears twice.", null);
            }

            var row = (triplet.Reference.Value, triplet.Modification, triplet.Target?.Value);
            if (!_rows.TryAdd(row, i))
            {
                Report(i, triplet, Severity.Warning, FindingKinds.AnnotationDuplicate, FormattableString.Invariant($"the same reference, text and target appear on line {split.Content.LineOf(_rows[row])}."), null);
            }
        }

        private void CheckItems(int i, Triplet triplet)
        {
            if (triplet.Target is { } target)
            {
                RequireListed(i, triplet, target, "target", Severity.Fault);
            }

            if (split.Content.ListsReferences)
            {
                RequireListed(i, triplet, triplet.Reference, "reference", Severity.Fault);
            }

            foreach (var member in triplet.Subset ?? [])
            {
                RequireListed(i, triplet, member, "img_set member", Severity.Fault);
            }

            foreach (var (answer, worth) in triplet.Answers ?? new Dictionary<MediaId, double>())
            {
                if (worth > 0)
                {
                    RequireListed(i, triplet, answer, "right answer", Severity.Warning);
                }
            }
        }

        private void RequireListed(int i, Triplet triplet, MediaId id, string role, Severity severity)
        {
            if (!_gallery.Contains(id) && _reported.Add(id))
            {
                Report(i, triplet, severity, FindingKinds.AnnotationUnknownItem, $"the {role} '{id}' of query {triplet.Id} is not in the gallery's list of pictures.", id);
            }
        }

        private void CheckSense(int i, Triplet triplet)
        {
            if (!triplet.Modification.Any(char.IsLetterOrDigit))
            {
                Report(i, triplet, Severity.Warning, FindingKinds.AnnotationEmptyText, $"nothing remains of the text '{Finding.Shorten(triplet.Modification)}' of query {triplet.Id} after cleaning it.", null);
            }

            if (triplet.Target == triplet.Reference)
            {
                Report(i, triplet, Severity.Warning, FindingKinds.AnnotationContradiction, $"the target of query {triplet.Id} is its own reference '{triplet.Reference}', which rankings exclude.", triplet.Reference);
            }

            if (triplet is { Subset: { } subset, Target: { } target } && !subset.Contains(target))
            {
                Report(i, triplet, Severity.Warning, FindingKinds.AnnotationContradiction, $"the subset of query {triplet.Id} lacks its target '{target}', so that its subset recall is always 0.", target);
            }

            if (triplet is { Answers: { } answers, Target: { } main } && answers.GetValueOrDefault(main) <= 0)
            {
                Report(i, triplet, Severity.Warning, FindingKinds.AnnotationContradiction, $"the right answers of query {triplet.Id} lack its target '{main}'.", main);
            }
        }

        private void Report(int i, Triplet triplet, Severity severity, string kind, string reason, MediaId? id) => context.Report(new Finding(severity, kind, reason)
        {
            Dataset = split.Dataset,
            Id = id?.Value ?? triplet.Id,
            File = split.File,
            Line = split.Content.LineOf(i),
            Fix = Fix,
        });
    }
}
