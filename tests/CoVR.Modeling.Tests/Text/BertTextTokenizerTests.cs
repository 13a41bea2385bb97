using CoVR.Modeling.Text;
using CoVR.TestSupport;

namespace CoVR.Modeling.Tests.Text;

public sealed class BertTextTokenizerTests
{
    private static readonly string[] Vocabulary = ["[PAD]", "a", "b", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    [Fact]
    public void Encode_Longest_PadsToTheLongestText()
    {
        var text = BertTextTokenizer.Create(Vocabulary, [BertTextTokenizer.DecToken, BertTextTokenizer.EncToken]).Encode(["a b a", "", "x"], 64);

        Assert.Equal((3, 5), (text.Rows, text.Length));
        Assert.Equal([4, 1, 2, 1, 5, 4, 5, 0, 0, 0, 4, 3, 5, 0, 0], text.Ids);
        Assert.Equal([1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0], text.Mask);
    }

    [Theory]
    [InlineData(2, new long[] { 4, 5 })]
    [InlineData(4, new long[] { 4, 1, 2, 5 })]
    [InlineData(7, new long[] { 4, 1, 2, 1, 5, 0, 0 })]
    public void Encode_MaxLength_CutsButKeepsSep(int length, long[] expected)
    {
        var text = BertTextTokenizer.Create(Vocabulary, [BertTextTokenizer.DecToken, BertTextTokenizer.EncToken]).Encode(["a b a"], length, padToMaxLength: true);

        Assert.Equal(expected, text.Ids);
    }

    [Fact]
    public void Ids_OfTheFamilies_FollowTheVocabulary()
    {
        var (blip, blip2) = (BertTextTokenizer.Create(Vocabulary, [BertTextTokenizer.DecToken, BertTextTokenizer.EncToken]), BertTextTokenizer.Create(Vocabulary, [BertTextTokenizer.DecToken]));

        Assert.Equal((7, 8, 9), (blip.DecId, blip.EncId, blip.VocabularySize));
        Assert.Equal((7, null, 8), (blip2.DecId, blip2.EncId, blip2.VocabularySize));
        Assert.Equal((0, 3, 4, 5, 6), (blip.PadId, blip.UnknownId, blip.ClsId, blip.SepId, blip.MaskId));
        Assert.Equal([4, 8, 5], blip.Encode(["[ENC]"], 8).Ids);
        Assert.NotEqual([4, 8, 5], blip2.Encode(["[ENC]"], 8).Ids);
    }

    [Fact]
    public void Encode_BadArguments_Throws()
    {
        var tokenizer = BertTextTokenizer.Create(Vocabulary, [BertTextTokenizer.DecToken, BertTextTokenizer.EncToken]);

        Assert.Throws<ArgumentException>(() => tokenizer.Encode([], 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Encode(["a"], 1));
        Assert.Throws<ArgumentNullException>(() => tokenizer.Encode([null!], 8));
    }

    [Fact]
    public async Task Encode_FromManyThreads_GivesTheSame()
    {
        var tokenizer = BertTextTokenizer.Create(Vocabulary, [BertTextTokenizer.DecToken, BertTextTokenizer.EncToken]);
        var expected = tokenizer.Encode(["a [ENC] b", "bab é"], 16, padToMaxLength: true).Ids;

        var all = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => tokenizer.Encode(["a [ENC] b", "bab é"], 16, padToMaxLength: true).Ids)));

        Assert.All(all, ids => Assert.Equal(expected, ids));
    }

    [Fact]
    public void ForBlip_RealVocabulary_HasThePublishedIds()
    {
        var path = Environment.GetEnvironmentVariable("COVR_BERT_VOCABULARY") is { Length: > 0 } given
            ? given
            : Path.Combine(TestFolders.Repository, "..", "shared", "bert-base-uncased-vocab.txt");
        Assert.SkipUnless(File.Exists(path), "COVR_BERT_VOCABULARY names no bert-base-uncased vocab.txt");

        var tokenizer = BertTextTokenizer.Load(path, [BertTextTokenizer.DecToken, BertTextTokenizer.EncToken]);

        Assert.Equal((30524, 30522, 30523), (tokenizer.VocabularySize, tokenizer.DecId, tokenizer.EncId));
        Assert.Equal((0, 100, 101, 102, 103), (tokenizer.PadId, tokenizer.UnknownId, tokenizer.ClsId, tokenizer.SepId, tokenizer.MaskId));
        Assert.Equal([101, 7592, 1010, 2088, 999, 102], tokenizer.Encode(["Hello, World!"], 64).Ids);
    }
}
