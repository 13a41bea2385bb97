using CoVR.Modeling.Text;
using CoVR.TestSupport;
using CoVR.TestSupport.Robustness;

namespace CoVR.Modeling.Tests.Text;

/// <summary>Broken vocabularies and texts.</summary>
public sealed class VocabularyFuzzTests : IDisposable
{
    private const int Share = 2_000;
    private const string Vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nred\n##s\ncafé\n!\n中\n##ing\n";
    private static readonly string[] Tokens = ["[PAD]", "[UNK]", "\n", "\r\n", "##", "\u0301", "\u200B", "\uFFFD", "中", "İ", "😀", "\0", " ", "ﬁ"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_Mutants_AreReadOrRefused()
    {
        var mutator = new ByteMutator([System.Text.Encoding.UTF8.GetBytes(Vocabulary)], Tokens);
        Fuzz.Run("vocabulary", Share, mutator.Make, mutant =>
        {
            File.WriteAllBytes(_folder["vocab.txt"], mutant);
            try
            {
                var tokenizer = BertTextTokenizer.Load(_folder["vocab.txt"], [BertTextTokenizer.DecToken]);
                return tokenizer.Encode(["Red cafés, 中 singing!"], 12).Length <= 12;
            }
            catch (InvalidDataException)
            {
                return false;
            }
        });
    }

    [Fact]
    public void Encode_AnyText_GivesIdsOfTheVocabulary()
    {
        var tokenizer = BertTextTokenizer.Create(Vocabulary.Split('\n', StringSplitOptions.RemoveEmptyEntries), [BertTextTokenizer.DecToken]);
        var mutator = new ByteMutator([.. new[] { "Red cafés, 中 singing!", "\u0130stanbul ΑΣ ﬁ", "[CLS] a [MASK]\u0301 ##s" }.Select(System.Text.Encoding.Unicode.GetBytes)], Tokens);
        Fuzz.Run(
            "text",
            Share,
            mutator.Make,
            mutant =>
            {
                var batch = tokenizer.Encode([System.Text.Encoding.Unicode.GetString(mutant)], 16);
                Assert.All(batch.Ids.ToArray(), id => Assert.InRange(id, 0, tokenizer.VocabularySize - 1));
                return true;
            },
            leastShare: 0);
    }
}
