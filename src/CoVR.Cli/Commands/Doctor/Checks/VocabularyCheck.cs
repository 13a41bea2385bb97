using CoVR.Modeling.Text;

namespace CoVR.Cli.Commands.Doctor.Checks;

/// <summary>The vocabulary file: a BERT vocabulary of the size that the released models have.</summary>
internal sealed class VocabularyCheck : IDoctorCheck
{
    private const int Released = 30522;

    public string Name => "vocabulary";

    public ValueTask CheckAsync(DoctorContext context, CancellationToken cancellationToken = default)
    {
        if (context.Request.Vocabulary is { } path)
        {
            context.Report(Look(path) with { File = path });
        }

        return ValueTask.CompletedTask;
    }

    private static Finding Look(string path)
    {
        const string fix = "Use bert-base-uncased's vocab.txt: 30522 tokens, one per line.";
        try
        {
            var size = BertTextTokenizer.Load(path, []).VocabularySize;
            return size == Released
                ? new Finding(Severity.Note, FindingKinds.Vocabulary, $"the vocabulary has {size} words")
                : new Finding(Severity.Warning, FindingKinds.Vocabulary, $"the vocabulary has {size} words; that of the released models has {Released}.") { Fix = fix };
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return new Finding(Severity.Fault, FindingKinds.Vocabulary, fault.Message) { Fix = fix };
        }
    }
}
