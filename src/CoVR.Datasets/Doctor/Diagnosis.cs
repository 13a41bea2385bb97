namespace CoVR.Datasets.Doctor;

/// <summary>What follows from the findings of all checks together.</summary>
internal sealed class Diagnosis(DoctorContext context)
{
    /// <summary>
    /// The findings in the order of a report. Broken media of an item that is only searched for, and whose embedding is there, is
    /// no fault: nothing reads it any more.
    /// </summary>
    public IReadOnlyList<DoctorFinding> Findings()
    {
        var findings = context.Findings.ToList();
        foreach (var dataset in context.Request.Datasets.Where(dataset => dataset.Embeddings.Count > 0))
        {
            var needed = context.AlreadyRead(dataset).SelectMany(split => split.Content.Dataset.Triplets).Select(triplet => triplet.Reference.Value).ToHashSet(StringComparer.Ordinal);
            needed.UnionWith(Lost(dataset.Name, DoctorRemedy.Embed));
            findings = [.. findings.Select(finding => finding is { Severity: DoctorSeverity.Fault, Remedy: DoctorRemedy.Download, Id: { } id } && finding.Dataset == dataset.Name && !needed.Contains(id)
                ? finding with { Severity = DoctorSeverity.Warning, Fix = "Nothing needs it while its embedding is there. " + finding.Fix }
                : finding)];
        }

        return
        [
            .. findings
                .OrderByDescending(finding => finding.Severity)
                .ThenBy(finding => finding.Dataset, StringComparer.Ordinal)
                .ThenBy(finding => finding.Kind, StringComparer.Ordinal)
                .ThenBy(finding => finding.File, StringComparer.Ordinal)
                .ThenBy(finding => finding.Line)
                .ThenBy(finding => finding.Id, StringComparer.Ordinal),
        ];
    }

    /// <summary>What can be scored.</summary>
    public async Task<IReadOnlyList<DoctorCoverage>> CoverageAsync()
    {
        List<DoctorCoverage> coverage = [];
        foreach (var dataset in context.Request.Datasets)
        {
            HashSet<string> media = Lost(dataset.Name, DoctorRemedy.Download), embeddings = Lost(dataset.Name, DoctorRemedy.Embed);
            foreach (var split in await context.ReadAsync(dataset, CancellationToken.None).ConfigureAwait(false))
            {
                coverage.Add(DoctorCoverage.Of(split, id => !media.Contains(id.Value), id => !(dataset.Embeddings.Count > 0 ? embeddings : media).Contains(id.Value)));
            }
        }

        return coverage;
    }

    private HashSet<string> Lost(string dataset, DoctorRemedy remedy) =>
        [.. context.Findings.Where(finding => finding.Severity == DoctorSeverity.Fault && finding.Remedy == remedy && finding.Dataset == dataset && finding.Id is not null).Select(finding => finding.Id!)];
}
