using CoVR.Cli.Hosting;
using CoVR.Storage;

namespace CoVR.Cli.Commands.Doctor;

/// <summary>Removes unusable embeddings from their stores and trees, so that they count as missing.</summary>
/// <param name="host">Where the result is shown.</param>
/// <param name="quiet">Whether nothing is shown.</param>
internal sealed class DamagedEmbeddings(CommandHost host, bool quiet)
{
    private static readonly string[] Kinds = [FindingKinds.EmbeddingDamaged, FindingKinds.EmbeddingNotFinite, FindingKinds.EmbeddingZero, FindingKinds.EmbeddingShape];

    /// <summary>Removes the embeddings that a report lists from the folders of a request.</summary>
    public async Task DropAsync(DoctorRequest request, DoctorReport report, CancellationToken cancellation)
    {
        var bad = report.Findings.Where(finding => Kinds.Contains(finding.Kind) && finding.File is not null).ToList();
        foreach (var folder in request.Datasets.SelectMany(dataset => dataset.Embeddings).Distinct(StringComparer.Ordinal))
        {
            var here = bad.Where(finding => finding.File!.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)).ToList();
            if (here.Count > 0)
            {
                var dropped = FolderGallery.Exists(folder)
                    ? await FolderGallery.DropDamagedAsync(folder, here.Where(finding => finding.Id is not null).Select(finding => new MediaId(finding.Id!)).ToHashSet(), cancellation)
                    : Rename(here);
                Say($"{host.Shown(folder)}: {dropped} embeddings removed; the old files are kept as *.damaged");
            }
        }
    }

    private static int Rename(IReadOnlyList<Finding> findings)
    {
        string[] files = [.. findings.Select(finding => finding.File!).Distinct(StringComparer.Ordinal)];
        Array.ForEach(files, file => File.Move(file, file + ".damaged", overwrite: true));
        return files.Length;
    }

    private void Say(string line)
    {
        if (!quiet)
        {
            host.Say(line);
        }
    }
}
