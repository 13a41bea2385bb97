using CoVR.Conformance;
using CoVR.Modeling.Text;

namespace CoVR.Modeling.Tests.Text;

public sealed class BertTextTokenizerConformanceTests : TextTokenizerConformance
{
    protected override IReadOnlyList<string> Texts => ["a red dog", "a red dog on a blue sofa, asleep"];

    protected override ITextTokenizer Create() =>
        BertTextTokenizer.Create(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "red", "dog", "on", "blue", "sofa", ",", "asleep"], [BertTextTokenizer.DecToken, BertTextTokenizer.EncToken]);
}
