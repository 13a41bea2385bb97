using CoVR.Modeling.Text;

namespace CoVR.Datasets.Doctor.Checks;

/// <summary>The vocabulary file: there, a BERT vocabulary, and of the size that the released models have.</summary>
internal sealed class VocabularyCheck : IDoctorCheck
{
    private const int Released = 30522;

    /// <inheritdoc/>
    public string Name => "vocabulary";

    /// <inheritdoc/>
    public ValueTask CheckAsync(DoctorContext context, CancellationToken cancellationToken = default)
    {
        if (context.Request.Vocabulary is { } path)
        {
            context.Report(Look(path) with { File = path });
        }

        return ValueTask.CompletedTask;
    }

    private static DoctorFinding Look(string path)
    {
        const string fix = "Take bert-base-uncased's vocab.txt: one token a line, 30522 of them.";
        try
        {
            var size = BertTextTokenizer.Load(path, []).VocabularySize;
            return size == Released
                ? new DoctorFinding(DoctorSeverity.Note, DoctorKinds.Vocabulary, $"the vocabulary has {size} words")
                : new DoctorFinding(DoctorSeverity.Warning, DoctorKinds.Vocabulary, $"the vocabulary has {size} words, that of the released models {Released}.") { Fix = fix };
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return new DoctorFinding(DoctorSeverity.Fault, DoctorKinds.Vocabulary, fault.Message) { Fix = fix };
        }
    }
}
